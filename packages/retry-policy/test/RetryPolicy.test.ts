import { assert, describe, it } from "@effect/vitest"
import { compilePolicy, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { testJsonSchema } from "@lead-gateway/testkit/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { readFileSync } from "node:fs"
import { RetryPolicy } from "@lead-gateway/retry-policy/schema"

const folder = new URL("..", import.meta.url)
const file = "retry-policy.schema.json"

testJsonSchema({ folder, file, title: "Retry policy of @lead-gateway/retry-policy", schema: RetryPolicy })

describe("the JSON Schema", () => {
  const schema: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"))
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema as object)

  it.prop(
    "accepts what the sources accept, and compilePolicy accepts no more than they",
    [RetryPolicy],
    ([policy]) => {
      assert.isTrue(validate(policy), JSON.stringify(validate.errors))
    },
  )

  it("accepts the default policy and one with everything in it", () => {
    const whole: RetryPolicy = {
      $schema: "./retry-policy.schema.json",
      version: "2",
      backoff: { kind: "linear", base: "30s", step: "30s" },
      cap: "1h",
      max_attempts: 10,
      max_age: "2d",
      jitter: "full",
      retry_after_cap: "1d",
      classification: [
        {
          status: [404, "420-429"],
          error: ["dns", "ECONNRESET"],
          means: "retry",
          fault: "customer",
          retry_after: false,
        },
        { status: 409, means: "delivered" },
        { error: "tls", means: "give_up", fault: "ours" },
      ],
    }
    for (const policy of [defaultRetryPolicy, whole]) {
      assert.strictEqual(compilePolicy(policy)._tag, "Success")
      assert.isTrue(validate(policy))
    }
  })

  it.each([
    { max_attempts: 5 },
    { ...defaultRetryPolicy, retries: 4 },
    { ...defaultRetryPolicy, cap: "30" },
    { ...defaultRetryPolicy, backoff: { kind: "exponential", base: "30s", factor: 0.5 } },
    { ...defaultRetryPolicy, backoff: { kind: "fixed", waits: [] } },
    { ...defaultRetryPolicy, classification: [{ error: "5xx", means: "retry", fault: "customer" }] },
    { ...defaultRetryPolicy, classification: [{ status: 500, means: "retry" }] },
  ])("refuses %j, as compilePolicy does", (policy) => {
    assert.isFalse(validate(policy))
    assert.strictEqual(compilePolicy(policy)._tag, "Failure")
  })
})
