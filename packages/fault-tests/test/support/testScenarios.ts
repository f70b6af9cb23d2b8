import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { runScenario, type Scenario } from "./Scenario.ts"
import type { QueueType } from "./World.ts"

/** Few, so that all faults together take less than two minutes. */
const leads = 120

/** Declares a test for each of these faults with these queues: afterwards every lead is accounted for. */
export const testScenarios = (queues: ReadonlyArray<QueueType>, scenarios: ReadonlyArray<Scenario>): void => {
  for (const queue of queues) {
    describe(`every lead is accounted for, with the ${queue} queue,`, () => {
      for (const scenario of scenarios) {
        it.live(`after this: ${scenario.name}`, () =>
          Effect.gen(function* () {
            const books = yield* runScenario(scenario, { seed: "1", leads, queue })
            assert.deepStrictEqual(books.findings, [])
            assert.strictEqual(books.lost + books.unaccounted, 0)
            assert.strictEqual(books.accepted, leads)
            assert.strictEqual(books.stored, books.delivered + books.rejected + books.failed)
          }),
        )
      }
    })
  }
}
