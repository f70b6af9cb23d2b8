import { assert, describe, it } from "@effect/vitest"
import { parse } from "@lead-gateway/lossless-json"
import { compilePolicy, defaultRetryPolicy, schedule } from "@lead-gateway/retry-policy"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { Result, Schema } from "effect"
import { RetryPolicy } from "../src/RetryPolicy.ts"

const attempts = "a whole number from 1 to 1000"

const messageOf = (json: unknown): string => {
  const compiled = compilePolicy(json)
  return compiled._tag === "Failure" ? compiled.failure.message : "valid"
}

describe("compilePolicy, whatever comes", () => {
  const { value } = anyJson({
    keys: Object.keys(RetryPolicy.node.fields).concat("kind", "base", "waits", "status", "means", "fault"),
    texts: ["exponential", "linear", "fixed", "30s", "0s", "retry", "500-599", "999-100", "dns", "customer"],
  })

  it.prop("never throws, and says what is wrong", [value], ([json]) => {
    const compiled = compilePolicy(json)
    if (compiled._tag === "Failure") assert.isNotEmpty(compiled.failure.diagnostics)
  })

  it.prop(
    "never throws for documents with any one value in them",
    [value, Schema.Literals(Object.keys(RetryPolicy.node.fields))],
    ([json, key]) => {
      const row = { status: json, means: json, fault: json }
      const documents = [
        { ...defaultRetryPolicy, [key]: json },
        { ...defaultRetryPolicy, backoff: { kind: "fixed", waits: [json] } },
        { ...defaultRetryPolicy, backoff: { kind: json, base: json, step: json } },
        {
          ...defaultRetryPolicy,
          classification: [row, { ...row, means: "retry" }, { ...row, error: json, means: "give_up" }],
        },
      ]
      for (const document of documents) {
        const compiled = compilePolicy(document)
        if (compiled._tag === "Failure") assert.isNotEmpty(compiled.failure.diagnostics)
        else assert.strictEqual(schedule(compiled.success)[0]?.waitMs, 0)
      }
    },
  )

  it("reports 512 levels of nesting like any other invalid value", () => {
    const json = Result.getOrThrow(
      parse(`{"backoff":${"[".repeat(510)}1${"]".repeat(510)},"max_attempts":5}`),
    )
    assert.match(messageOf(json), /^backoff: found \[{119,}.*, expected a backoff/)
  })

  it("looks at own keys alone", () => {
    assert.include(messageOf(JSON.parse('{"__proto__":{"backoff":5}}')), "backoff: found nothing")
    assert.include(messageOf(JSON.parse('{"__proto__":{"max_attempts":5}}')), "__proto__: found")
  })

  it("keeps every digit of a number that is too long", () => {
    const json = Result.getOrThrow(
      parse('{"backoff":{"kind":"exponential","base":"1s"},"max_attempts":5.00000000000000000001}'),
    )
    assert.strictEqual(messageOf(json), `max_attempts: found 5.00000000000000000001, expected ${attempts}`)
  })
})
