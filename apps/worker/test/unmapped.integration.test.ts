import { assert, describe, it } from "@effect/vitest"
import {
  customerSettings,
  processSettings,
  retentionSettings,
  searchSettings,
  Settings,
  workerSettings,
} from "@lead-gateway/config"
import { ConfiguredWorker } from "@lead-gateway/worker"
import { Effect, Exit, Layer, Scope } from "effect"
import { tmpdir } from "node:os"
import { shippedFlow } from "./support/flow.ts"
import { retryPolicy } from "./support/policy.ts"
import { validLead, World } from "./support/World.ts"

describe("a worker", () => {
  it.live("stores the answers that its mapping does not know, the last ones when it stops", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const { value } = yield* Settings.load(
        Settings.all({
          customer: customerSettings,
          worker: workerSettings,
          process: processSettings,
          retention: retentionSettings,
          search: searchSettings,
        }),
        { env: { CUSTOMER_API_URL: world.customer.url, CUSTOMER_API_TOKEN: "t" }, directory: tmpdir() },
      )
      const options = { ...value, flow: yield* shippedFlow, policy: retryPolicy(), isAlone: true }
      const scope = yield* Scope.make()
      yield* Effect.provideContext(
        Layer.buildWithScope(ConfiguredWorker.layer(options), scope),
        world.services,
      )
      const unknown = { payload: { ...validLead, solar_offer_type: "Leasing" } }
      const { id } = yield* world.receive(unknown)
      yield* world.reached(id, "DELIVERED")
      yield* Scope.close(scope, Exit.void)
      const rows = yield* world.sql`SELECT attribute, value, answers::integer AS answers FROM unmapped_answer`
      assert.deepStrictEqual(rows, [{ attribute: "solar_offer_type", value: "Leasing", answers: 1 }])
    }),
  )
})
