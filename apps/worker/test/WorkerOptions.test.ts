import { assert, describe, it } from "@effect/vitest"
import { processSettings, Settings, workerSettings } from "@lead-gateway/config"
import { schedule } from "@lead-gateway/retry-policy"
import { workerOptions } from "@lead-gateway/worker"
import { Duration, Effect } from "effect"
import { tmpdir } from "node:os"
import { shippedFlow } from "./support/flow.ts"

const optionsOf = Effect.fnUntraced(function* (env: Record<string, string>) {
  const settings = Settings.all({ worker: workerSettings, process: processSettings })
  const { value } = yield* Settings.load(settings, { env, directory: tmpdir() })
  return workerOptions({ ...value, flow: yield* shippedFlow, customer: { timeout: Duration.seconds(30) } })
})

describe("workerOptions", () => {
  it.effect("waits 30, 60, 120 and 240 s between five attempts unless told otherwise", () =>
    Effect.gen(function* () {
      const { policy } = yield* optionsOf({})
      assert.deepStrictEqual(schedule(policy).map(Duration.toSeconds), [0, 30, 60, 120, 240])
      const changed = yield* optionsOf({ MAX_RETRY_ATTEMPTS: "3", RETRY_BACKOFF_BASE: "2s" })
      assert.deepStrictEqual(schedule(changed.policy).map(Duration.toSeconds), [0, 2, 4])
    }),
  )

  it.effect(
    "looks as often as the more impatient of poll and sweep wants, and takes as many as a sweep may",
    () =>
      Effect.gen(function* () {
        const options = yield* optionsOf({
          WORKER_POLL_INTERVAL: "2s",
          RETRY_SCAN_INTERVAL: "1s",
          RETRY_SCAN_LIMIT: "7",
        })
        assert.strictEqual(Duration.toMillis(options.pollInterval), 1000)
        assert.strictEqual(options.claimLimit, 7)
      }),
  )
})
