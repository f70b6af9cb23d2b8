import { assert, describe, it } from "@effect/vitest"
import { endedBy, fatalLine, isDiskFull, isPortTaken, isStillServed } from "../../src/internal/failures.ts"

describe("fatalLine", () => {
  it("finds the last line that says why, without time and process id", () => {
    const log = [
      "2026-11-21 00:52:24.184 UTC [23591] LOG:  starting PostgreSQL 18.4",
      '2026-11-21 00:52:24.185 UTC [23591] FATAL:  data directory "/d" has invalid permissions',
      "2026-11-21 00:52:24.186 UTC [23591] LOG:  database system is shut down",
    ]
    assert.strictEqual(fatalLine(log.join("\n")), 'data directory "/d" has invalid permissions')
    assert.strictEqual(fatalLine("initdb: error: cannot be run as root"), "cannot be run as root")
  })

  it("finds nothing in a log without errors", () => {
    assert.isUndefined(fatalLine(""))
    assert.isUndefined(fatalLine("LOG:  database system is ready to accept connections"))
  })
})

describe("endedBy", () => {
  it("distinguishes an exit code from a signal", () => {
    assert.strictEqual(endedBy(1), "it ended with code 1")
    assert.strictEqual(endedBy(137), "it was ended by signal 9")
    assert.strictEqual(endedBy(null), "it ended with code ?")
  })
})

describe("the log", () => {
  it("shows a full disk, a taken port, a previous server", () => {
    const full = 'PANIC:  could not write to file "pg_wal/xlogtemp.7": No space left on device'
    const taken = 'LOG:  could not bind IPv4 address "127.0.0.1": Address already in use'
    const served = 'FATAL:  lock file "postmaster.pid" already exists'
    const kinds = (text: string) => [isDiskFull(text), isPortTaken(text), isStillServed(text)]
    assert.deepStrictEqual(kinds(full), [true, false, false])
    assert.deepStrictEqual(kinds(taken), [false, true, false])
    assert.deepStrictEqual(kinds(served), [false, false, true])
    assert.deepStrictEqual(kinds("FATAL:  sorry, too many clients already"), [false, false, false])
  })
})
