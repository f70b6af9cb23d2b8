import { assert, describe, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"

describe("lead-gateway demo-customer", () => {
  it.live("accepts leads, logs names of fields and no values, and ends with 0 when it is stopped", () =>
    Effect.gen(function* () {
      const customer = yield* TestProcess.spawn({
        program: commandLine,
        args: ["demo-customer", "--port", "0"],
        cwd: import.meta.dirname,
      })
      const ready = JSON.parse(yield* customer.waitForLine("demo customer is ready")) as { url: string }
      const answer = yield* Effect.promise(() =>
        fetch(ready.url, {
          method: "POST",
          headers: { "Content-Type": "application/json", "Idempotency-Key": "k-1" },
          body: '{"phone":"+49123456789","attributes":[{"name":"solar_usage","value":"Heizung"}]}',
        }),
      )
      assert.strictEqual(answer.status, 200)
      const line = yield* customer.waitForLine("demo customer accepted a lead")
      assert.include(line, '"idempotency_key":"k-1"')
      assert.include(line, '"fields":"phone attributes.solar_usage"')
      assert.notInclude(line, "Heizung")
      assert.notInclude(line, "123456789")
      yield* customer.kill("SIGTERM")
      assert.deepStrictEqual(yield* customer.exited, { code: 0, signal: null })
    }),
  )
})
