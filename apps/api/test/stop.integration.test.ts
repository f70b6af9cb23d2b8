import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { LeadIntake } from "@lead-gateway/lead-store"
import { Duration, Effect, Exit, Fiber, Layer, Result, Scope } from "effect"
import { post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeWorld } from "./support/World.ts"

/** An api with slow commits, and an effect that stops it. */
const makeSlow = Effect.fnUntraced(function* (commit: Duration.Duration, shutdownTimeout: Duration.Duration) {
  const scope = yield* Scope.make()
  const replace = Layer.succeed(LeadIntake, {
    isBusy: () => false,
    observeBatches: () => {},
    unconfirmed: () => 0,
    receive: (_, done) =>
      void setTimeout(
        done,
        Duration.toMillis(commit),
        Result.succeed({ _tag: "Stored", leadId: LeadId.make(7) }),
      ).unref(),
  })
  const world = yield* Scope.provide(makeWorld({ replace, shutdownTimeout }), scope)
  const stop = Effect.map(Effect.timed(Scope.close(scope, Exit.void)), ([took]) => Duration.toMillis(took))
  return { world, stop }
})

describe("a stop of the api", { concurrent: true }, () => {
  it.live("lets a lead that is being committed be acknowledged", () =>
    Effect.gen(function* () {
      const { stop, world } = yield* makeSlow(Duration.millis(300), Duration.seconds(5))
      const asking = yield* Effect.forkChild(post(world, leadText))
      yield* Effect.sleep("100 millis")
      const took = yield* stop
      assert.strictEqual((yield* Fiber.join(asking)).status, 200)
      assert.isBelow(took, 2_000)
    }),
  )

  it.live("does not wait for ever", () =>
    Effect.gen(function* () {
      const { stop, world } = yield* makeSlow(Duration.minutes(1), Duration.millis(200))
      const asking = yield* Effect.forkChild(Effect.exit(post(world, leadText)))
      yield* Effect.sleep("100 millis")
      assert.isBelow(yield* stop, 2_000)
      assert.isTrue(Exit.isFailure(yield* Fiber.join(asking)))
    }),
  )
})
