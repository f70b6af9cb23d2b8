import { assert, describe, it } from "@effect/vitest"
import { files, read } from "./repository.ts"

/** What may write to an output of the process, and why. */
const writers: Readonly<Record<string, string>> = {
  "packages/runtime/src/Terminal.ts": "it escapes what it writes",
  "packages/runtime/src/Telemetry.ts":
    "it writes lines of the log, which are escaped where they are formatted",
  "apps/cli/src/Progress.ts": "it writes constants and numbers, between sequences that erase them",
}

describe("the outputs of the processes", () => {
  it("are written to by nothing but what shows unseen characters by their code", () => {
    const sources = files("{apps,packages}/*/src/**/*.ts").filter(
      (path) => !/^packages\/(testkit|embedded-postgres\/src\/vitest)\b/.test(path),
    )
    const writes = /\b(?:stdout|stderr|sink)\.write\(|\bconsole\.\w+\(|\bwriteSync\(|globalThis\.console/
    assert.deepStrictEqual(
      sources.filter((path) => writes.test(read(path))),
      Object.keys(writers).toSorted(),
    )
    assert.isAbove(sources.length, 100)
  })
})
