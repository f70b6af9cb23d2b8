/** The fuzzer's cases: reproducible, of every kind, and made smaller when they fail. */
import { assert, describe, it } from "@effect/vitest"
import { bytesOf } from "./generate/Case.ts"
import { makeCase } from "./generate/cases.ts"
import { readRequests } from "./oracle/RequestReader.ts"
import { readCorpus } from "./support/corpus.ts"
import { minimise } from "./support/minimise.ts"

const corpus = readCorpus()
const cases = (seed: string, count: number) =>
  Array.from({ length: count }, (_, index) => makeCase(seed, index + 2 * corpus.requests.length + 1, corpus))

describe("the cases of a seed", () => {
  it("are the same in each run, to the byte and to the pause", () => {
    assert.deepStrictEqual(cases("1", 300), cases("1", 300))
    assert.notDeepEqual(cases("1", 20), cases("2", 20))
  })

  it("begin with every file of the corpus as it is, on both apis", () => {
    corpus.requests.forEach(({ bytes }, index) => {
      const [open, guarded] = [index + 1, index + 1 + corpus.requests.length].map((number) =>
        makeCase("1", number, corpus),
      )
      assert.isTrue(open !== undefined && bytes.equals(bytesOf(open)) && open.api === "open")
      assert.strictEqual(guarded?.api, "guarded")
    })
    assert.isAbove(corpus.requests.length, 150)
  })

  it("are of every kind: whole, broken and unfinished requests, alone and together, with every ending", () => {
    const all = cases("1", 1_000)
    const streams = all.map((one) => readRequests(bytesOf(one)))
    for (const kind of ["clean", "incomplete", "malformed", "after-close"]) {
      assert.isAbove(streams.filter(({ tail }) => tail.kind === kind).length, 10, kind)
    }
    for (const ending of ["wait", "half-close", "reset"]) {
      assert.isAbove(all.filter((one) => one.ending === ending).length, 20, ending)
    }
    assert.isAbove(streams.filter(({ requests }) => requests.length > 1).length, 50)
    assert.isAbove(all.filter(({ writes }) => writes.length > 1).length, 100)
  })
})

describe("a failing case", () => {
  it("is made as small as it can be", async () => {
    const bytes = Buffer.from(`${"x".repeat(500)}A${"y".repeat(300)}B${"z".repeat(200)}`)
    const fails = (candidate: Buffer) => Promise.resolve(/A.*B/.test(candidate.toString()))
    assert.strictEqual((await minimise(bytes, fails)).toString(), "AB")
    const once = await minimise(bytes, fails, { tries: 1, ms: 1_000 })
    assert.isTrue(await fails(once))
  })
})
