import { execFileSync } from "node:child_process"
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { afterAll, assert, beforeAll, describe, it } from "vitest"
import { diffLines } from "../web/diff.ts"
import { hunksOf, patchOf } from "../web/patch.ts"

/** Numbers that look random and are the same every time. */
const random = (seed: number) => () => {
  seed = (seed * 1_103_515_245 + 12_345) % 2 ** 31
  return seed / 2 ** 31
}

/** Two texts of few different lines, one made of the other by some changes, or of nothing. */
const texts = (seed: number): readonly [string, string] => {
  const next = random(seed)
  const line = () => ["{", "}", '  "a": 1,', '  "b": [', "  ],", ""][Math.floor(next() * 6)] ?? ""
  const old = Array.from({ length: Math.floor(next() * 30) }, line)
  const now = next() < 0.2 ? Array.from({ length: Math.floor(next() * 30) }, line) : [...old]
  for (let changes = Math.floor(next() * 6); changes > 0; changes--) {
    now.splice(Math.floor(next() * now.length), Math.floor(next() * 3), ...(next() < 0.6 ? [line()] : []))
  }
  return [old.join("\n"), now.join("\n")]
}

const kept = (before: string, after: string, gone: "removed" | "added"): string =>
  diffLines(before, after)
    .flatMap(({ kind, line }) => (kind === gone ? [] : [line]))
    .join("\n")

/** The fewest changes, found the slow way. */
const fewest = (before: string, after: string): number => {
  const old = before.split("\n")
  const now = after.split("\n")
  const table = Array.from({ length: old.length + 1 }, () => Array<number>(now.length + 1).fill(0))
  for (let x = old.length - 1; x >= 0; x--) {
    for (let y = now.length - 1; y >= 0; y--) {
      const row = table[x] as Array<number>
      const below = table[x + 1] as Array<number>
      row[y] = old[x] === now[y] ? 1 + (below[y + 1] ?? 0) : Math.max(below[y] ?? 0, row[y + 1] ?? 0)
    }
  }
  return old.length + now.length - 2 * (table[0]?.[0] ?? 0)
}

describe("a diff of two texts", () => {
  it("has both of them, and as few changes as possible", () => {
    for (let seed = 1; seed <= 500; seed++) {
      const [before, after] = texts(seed)
      assert.strictEqual(kept(before, after, "removed"), after, `seed ${seed}`)
      assert.strictEqual(kept(before, after, "added"), before, `seed ${seed}`)
      const changes = diffLines(before, after).filter(({ kind }) => kind !== "same").length
      assert.strictEqual(changes, fewest(before, after), `seed ${seed}`)
    }
  })

  it("is there soon for long texts that have nothing in common", () => {
    const long = (name: string) => Array.from({ length: 20_000 }, (_, index) => `${name} ${index}`).join("\n")
    const started = performance.now()
    assert.lengthOf(diffLines(long("a"), long("b")), 40_000)
    assert.isBelow(performance.now() - started, 3000)
  })
})

describe("a patch", () => {
  let folder = ""
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "lead-gateway-patch-"))
    execFileSync("git", ["init", "--quiet", folder])
  })
  afterAll(() => rmSync(folder, { recursive: true }))

  it("makes of the one file the other, as git applies it", () => {
    const file = join(folder, "rules.json")
    for (let seed = 1; seed <= 25; seed++) {
      const [before, after] = texts(seed).map((text) => `first\n${text}\n`) as [string, string]
      const hunks = hunksOf(diffLines(before.slice(0, -1), after.slice(0, -1)))
      if (hunks.length === 0) continue
      writeFileSync(file, before)
      execFileSync("git", ["apply", "--unidiff-zero", "--whitespace=nowarn"], {
        cwd: folder,
        input: patchOf("rules.json", hunks),
      })
      assert.strictEqual(readFileSync(file, "utf8"), after, `seed ${seed}`)
    }
  })

  it("has three lines around a change, and nothing where there is none", () => {
    const lines = Array.from({ length: 20 }, (_, index) => String(index + 1))
    const changed = lines.with(9, "ten")
    assert.deepStrictEqual(hunksOf(diffLines(lines.join("\n"), lines.join("\n"))), [])
    assert.strictEqual(
      patchOf("a.json", hunksOf(diffLines(lines.join("\n"), changed.join("\n")))),
      "--- a/a.json\n+++ b/a.json\n@@ -7,7 +7,7 @@\n 7\n 8\n 9\n-10\n+ten\n 11\n 12\n 13\n",
    )
  })
})
