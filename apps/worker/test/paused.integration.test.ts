import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { type Actor, CustomerStates } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { World } from "./support/World.ts"

const anna: Actor = { name: "anna", via: "cli" }

describe("workers whose customer is paused", () => {
  it.live("send nothing, also after a restart, and everything soon after it is resumed", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const set = (verb: "pause" | "resume") =>
        CustomerStates.use((customers) => customers[verb]("default", anna)).pipe(
          Effect.provide(Layer.provide(CustomerStates.layer, Layer.succeed(PgClient.PgClient, world.sql))),
        )
      const workers = yield* Effect.all([world.startWorker(), world.startWorker()])
      yield* set("pause")
      const leads = yield* Effect.forEach(Array.from({ length: 20 }), () => world.receive())
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "READY"))
      yield* Effect.forEach(workers, ({ stop }) => stop)
      yield* world.startWorker()
      yield* Effect.sleep("300 millis")
      assert.lengthOf(world.customer.requests(), 0)
      assert.lengthOf(yield* world.sql`SELECT FROM delivery_attempt`, 0)

      const resumedAt = performance.now()
      yield* set("resume")
      yield* Effect.forEach(leads, ({ id }) => world.reached(id, "DELIVERED"))
      // Half a second, and time to send; the poll interval is 5 s.
      assert.isBelow(performance.now() - resumedAt, 4_000)
    }),
  )
})
