/** What the compiler says of calls: `tsc` checks this file, so it cannot pass where a type is wrong. */
import { assert, it } from "@effect/vitest"
import { compilePolicy, compilePolicyOrThrow, type RetryPolicy } from "@lead-gateway/retry-policy"
import { expectTypeOf } from "vitest"

it("compilePolicy takes any JSON, and offers the keys of a policy where it is written inline", () => {
  type Parameter = Parameters<typeof compilePolicy>[0]
  const json: unknown = JSON.parse('{"backoff":{"kind":"fixed","waits":["1s"]},"max_attempts":2}')
  assert.strictEqual(compilePolicy(json)._tag, "Success")
  assert.strictEqual(compilePolicyOrThrow(json).maxAttempts, 2)
  expectTypeOf<unknown>().toExtend<Parameter>()
  // The contextual type of an inline literal, which is what editors complete.
  expectTypeOf<
    Extract<Parameter, { readonly max_attempts?: unknown; readonly backoff: unknown }>
  >().toEqualTypeOf<RetryPolicy>()
  expectTypeOf<Parameters<typeof compilePolicyOrThrow>[0]>().toEqualTypeOf<Parameter>()
})
