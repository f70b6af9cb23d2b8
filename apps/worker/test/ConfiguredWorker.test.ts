import { assert, describe, it } from "@effect/vitest"
import { processSettings, Settings, workerSettings } from "@lead-gateway/config"
import { loadPolicy } from "@lead-gateway/config/flow"
import { type CompiledRetryPolicy, schedule } from "@lead-gateway/retry-policy"
import { Duration, Effect } from "effect"
import { tmpdir } from "node:os"
import { workerOptions } from "../src/ConfiguredWorker.ts"
import { shippedFlow } from "./support/flow.ts"

const optionsOf = Effect.fnUntraced(function* (env: Record<string, string>) {
  const settings = Settings.all({ worker: workerSettings, process: processSettings })
  const { value } = yield* Settings.load(settings, { env, directory: tmpdir() })
  return workerOptions({
    ...value,
    flow: yield* shippedFlow,
    policy: yield* loadPolicy(value.worker.retry),
    customer: { timeout: Duration.seconds(30), url: new URL("https://crm.example:8443/leads?key=secret") },
    isAlone: false,
  })
})

const secondsOf = (policy: CompiledRetryPolicy) => schedule(policy).map(({ waitMs }) => waitMs / 1000)

describe("workerOptions", () => {
  it.effect("waits 30, 60, 120 and 240 s between five attempts unless the settings differ", () =>
    Effect.gen(function* () {
      const { policy } = yield* optionsOf({})
      assert.deepStrictEqual(secondsOf(policy), [0, 30, 60, 120, 240])
      const changed = yield* optionsOf({ MAX_RETRY_ATTEMPTS: "3", RETRY_BACKOFF_BASE: "2s" })
      assert.deepStrictEqual(secondsOf(changed.policy), [0, 2, 4])
    }),
  )

  it.effect("has a policy for the least and for the most that settings allow", () =>
    Effect.gen(function* () {
      const least = yield* optionsOf({ MAX_RETRY_ATTEMPTS: "1", RETRY_BACKOFF_BASE: "1ms" })
      assert.deepStrictEqual(secondsOf(least.policy), [0])
      const most = yield* optionsOf({ MAX_RETRY_ATTEMPTS: "20", RETRY_BACKOFF_BASE: "24h" })
      assert.deepStrictEqual(secondsOf(most.policy).at(-1), 30 * 24 * 3600)
    }),
  )

  it.effect("holds a lead 15 s longer than the customer may take", () =>
    Effect.gen(function* () {
      assert.strictEqual(Duration.toSeconds((yield* optionsOf({})).lease), 45)
    }),
  )

  it.effect("names the customer by its host alone, and has no rate limit unless there is one", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* optionsOf({})).customer, {
        address: "crm.example:8443",
        ratePerSecond: undefined,
        failures: 20,
        openFor: Duration.seconds(30),
        ramp: Duration.seconds(30),
        probeTimeout: Duration.seconds(45),
      })
      const changed = yield* optionsOf({
        RATE_LIMIT_PER_SEC: "2.5",
        BREAKER_FAILURES: "7",
        BREAKER_OPEN_FOR: "1m",
      })
      assert.deepInclude(changed.customer, {
        ratePerSecond: 2.5,
        failures: 7,
        openFor: Duration.minutes(1),
      })
    }),
  )
})
