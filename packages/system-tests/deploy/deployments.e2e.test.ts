import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { makeDeployments } from "./support/deployments.ts"
import { expectAllDeliveredOnce, underLoad } from "./support/load.ts"

describe("deploy/bin/deploy", () => {
  it.live(
    "replaces a release under load, and goes back by itself from one that never gets ready",
    () =>
      Effect.gen(function* () {
        const world = yield* makeDeployments
        world.release("1.0.0")
        world.release("1.1.0")
        world.release("1.2.0", { api: "exit 3" })
        const one = { APIS: "1", WORKERS: "1", SMOKE: "no" }
        const first = yield* world.run("deploy", ["1.0.0"], one)
        assert.strictEqual(first.code, 0, first.printed)

        const { accepted, failed, result } = yield* underLoad(
          world,
          Effect.gen(function* () {
            const next = yield* world.run("deploy", ["1.1.0"])
            const broken = yield* world.run("deploy", ["1.2.0"])
            return { broken, next }
          }),
        )
        assert.strictEqual(result.next.code, 0, result.next.printed)
        assert.strictEqual(result.broken.code, 1, result.broken.printed)
        assert.include(result.broken.printed, "1.2.0 was rolled back; 1.1.0 runs as before")
        assert.deepStrictEqual(
          world.running().map(({ service, tag }) => [service, tag]),
          [
            ["api", "1.1.0"],
            ["worker", "1.1.0"],
          ],
        )
        assert.deepStrictEqual(failed, [])
        assert.isAbove(accepted, 50)
        yield* expectAllDeliveredOnce(world, accepted)
      }),
    300_000,
  )
})
