import { assert, it } from "@effect/vitest"
import { Effect } from "effect"
import { runScenarios, type Scenario } from "./Scenario.ts"
import type { QueueType } from "./World.ts"

/** Few, so that all faults together take less than four minutes. */
const leads = 60

/**
 * Declares a test for each queue, with these faults one after the other: afterwards every lead is accounted for.
 * `npm run chaos -- --only <fault>` finds the one that causes a failure.
 */
export const testScenarios = (queues: ReadonlyArray<QueueType>, scenarios: ReadonlyArray<Scenario>): void => {
  const names = scenarios.map(({ name }) => name).join(", ")
  for (const queue of queues) {
    it.live(`every lead is accounted for with the ${queue} queue after: ${names}`, () =>
      Effect.gen(function* () {
        const books = yield* runScenarios(scenarios, { seed: "1", leads, queue })
        assert.strictEqual(books.findings.slice(0, 5).join("; "), "")
        assert.strictEqual(books.lost + books.unaccounted, 0)
        const sent = scenarios.reduce((sum, { validLeads }) => sum + (validLeads ?? leads), 0)
        // More where leads come in until the fault is mended.
        assert.isAtLeast(books.accepted, sent)
        assert.strictEqual(books.stored, books.delivered + books.rejected + books.failed)
      }),
    )
  }
}
