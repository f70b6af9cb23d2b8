import { debianPackages } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { chmodSync, copyFileSync, renameSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeEmptyFolder } from "./places.ts"

/** A clock that some processes share and that a scenario sets. Only the time of day changes, not what measures durations. */
export interface FakeClock {
  /** How far it is ahead of the real time from now on, in seconds; and how fast it goes. */
  readonly set: (aheadSeconds: number, speed?: number) => void
  /** The environment of a process that has this clock. */
  readonly env: Readonly<Record<string, string>>
}

/** The clocks of a site. */
export interface Clocks {
  /** Of api and workers. */
  readonly apps: FakeClock
  readonly postgres: FakeClock
}

/**
 * A clock for the current scope, by libfaketime. Its file is read at each look at the clock; a copy of the library is used,
 * since Postgres may run as a user that cannot read a private cache.
 */
export const makeFakeClock = Effect.gen(function* () {
  const folder = yield* makeEmptyFolder
  const { libraries } = yield* Effect.promise(() => debianPackages("libfaketime"))
  const library = join(folder, "libfaketime.so.1")
  copyFileSync(join(libraries.split(":")[0] ?? "", "libfaketime.so.1"), library)
  chmodSync(library, 0o755)
  const file = join(folder, "time")
  const set: FakeClock["set"] = (aheadSeconds, speed = 1) => {
    const next = `${file}.next`
    const sign = aheadSeconds < 0 ? "-" : "+"
    writeFileSync(next, `${sign}${Math.abs(aheadSeconds)}${speed === 1 ? "" : ` x${speed}`}\n`)
    chmodSync(next, 0o644)
    renameSync(next, file)
  }
  set(0)
  const clock: FakeClock = {
    set,
    env: {
      LD_PRELOAD: library,
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: "1",
      FAKETIME_DONT_FAKE_MONOTONIC: "1",
      FAKETIME_DISABLE_SHM: "1",
      NO_FAKE_STAT: "1",
    },
  }
  return clock
})
