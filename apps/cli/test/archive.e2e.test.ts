import { assert, describe, it } from "@effect/vitest"
import { scratchFolder } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { gzipSync } from "node:zlib"
import { command } from "./support/apps.ts"

const line = (id: number) => `{"id":${id},"lead":{"raw_payload":{"n":12345678901234567890}}}`

const linesOf = (first: number, count: number) =>
  Array.from({ length: count }, (_, index) => line(first + index)).join("\n")

describe("npm run archive", () => {
  it.live("prints archived leads as they are, all of them or one, and says what it cannot read", () =>
    Effect.gen(function* () {
      const folder = yield* scratchFolder()
      const archive = join(folder, "archive")
      mkdirSync(archive)
      const write = (name: string, first: number, count: number) =>
        writeFileSync(join(archive, name), gzipSync(`${linesOf(first, count)}\n`))
      write("lead_p000000-1-5000-20260121T103500123Z-1a2b3c4d.ndjson.gz", 1, 5000)
      write("lead_p000003-3000000-3000001-20260121T103500123Z-1a2b3c4d.ndjson.gz", 3_000_000, 2)
      const read = (...args: ReadonlyArray<string>) => command("archive", { folder, args: ["read", ...args] })

      const all = yield* read("archive")
      assert.strictEqual(all.exited.code, 0)
      assert.strictEqual(all.stdout.join("\n"), `${linesOf(1, 5000)}\n${linesOf(3_000_000, 2)}`)
      const one = yield* read("archive", "--id", "3000001")
      assert.deepStrictEqual([one.exited.code, one.stdout], [0, [line(3_000_001)]])

      const none = yield* read("archive", "--id", "77777")
      assert.deepStrictEqual([none.exited.code, none.stderr], [1, ["archive has no lead 77777"]])
      const missing = yield* read("elsewhere")
      assert.deepStrictEqual(
        [missing.exited.code, missing.stderr],
        [1, ["cannot read elsewhere: it is not there"]],
      )
    }).pipe(Effect.scoped),
  )
})
