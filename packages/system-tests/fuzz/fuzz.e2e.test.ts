/** The short form of `npm run fuzz`: the corpus on both apis, and some thousand generated requests of a fixed seed. */
import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { run } from "./support/run.ts"
import { makeSite } from "./support/Site.ts"

it.live(
  "whatever is sent, each request has one right answer, and each acknowledged lead is stored and ends",
  () =>
    Effect.gen(function* () {
      const site = yield* makeSite
      const report = yield* run(site, {
        seed: "1",
        requests: 2_500,
        connections: 12,
        outage: true,
        memoryMiB: 400,
      })
      assert.deepStrictEqual(report.findings.slice(0, 20), [])
      assert.isAbove(report.acknowledged, 300)
      assert.isAtLeast(report.stored, report.acknowledged)
      assert.strictEqual(report.stored, report.acknowledged + report.hidden)
      assert.isAbove(report.duplicates, 5)
      // The run stops Postgres once, and only then.
      assert.containsAllKeys(report.statuses, [
        "200",
        "201",
        "400",
        "401",
        "403",
        "404",
        "405",
        "413",
        "415",
        "422",
        "431",
        "503",
      ])
    }).pipe(Effect.scoped),
  // Four processes and a database, on a machine with other work.
  180_000,
)
