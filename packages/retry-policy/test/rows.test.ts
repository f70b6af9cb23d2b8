import { assert, describe, it } from "@effect/vitest"
import { classify, compilePolicyOrThrow, type Outcome, type RetryPolicy } from "@lead-gateway/retry-policy"
import { answer } from "./support/answer.ts"
import { policyOf } from "./support/policy.ts"

type Row = NonNullable<RetryPolicy["classification"]>[number]

/** Whether a row with these conditions decides on an outcome. */
const holds = (conditions: Partial<Row>, outcome: Outcome, before?: "unseen"): boolean => {
  const row = { status: "any", ...conditions, means: "give_up", fault: "ours", health: "rejected" }
  const policy = compilePolicyOrThrow({ ...policyOfRow, classification: [row] })
  return classify(policy, outcome, before).fault === "ours"
}

const policyOfRow = { backoff: { kind: "exponential", base: "30s" }, max_attempts: 5 } as const

describe("the row of the contract", () => {
  it("refuses a lead inside a 2xx, with the customer's own reason", () => {
    const policy = policyOf({
      classification: [
        {
          status: "2xx",
          body: { path: "outcome", one_of: ["failure", "rejected"] },
          means: "give_up",
          fault: "lead",
          reason: { path: "reason" },
        },
      ],
    })
    const body = '{"outcome":"failure","reason":"duplicate"}'
    assert.deepStrictEqual(classify(policy, answer(201, { body })), {
      means: "give_up",
      fault: "lead",
      health: "rejected",
      retryAfter: false,
      reason: "duplicate",
    })
    assert.strictEqual(classify(policy, answer(201, { body: '{"outcome":"success"}' })).means, "delivered")
    assert.strictEqual(classify(policy, answer(500, { body })).means, "retry")
  })
})

/** A number of a document as lossless-json keeps it. */
const raw = (text: string) => JSON.rawJSON(text)

describe("a condition on the body", () => {
  it.each<[condition: NonNullable<Row["body"]>, body: string, expected: boolean]>([
    [{ path: "a", one_of: ["x"] }, '{"a":"x"}', true],
    [{ path: "a", one_of: ["x"] }, '{"a":" X\\n"}', true],
    [{ path: "a", one_of: [" X "] }, '{"a":"x"}', true],
    [{ path: "a", one_of: ["x", "y"] }, '{"a":"y"}', true],
    [{ path: "a", one_of: ["x"] }, '{"a":"xy"}', false],
    [{ path: "a", one_of: ["x"] }, '{"a":["x"]}', false],
    [{ path: "a", one_of: ["x"] }, '{"b":"x"}', false],
    [{ path: "a", one_of: [0] }, '{"a":0.0}', true],
    [{ path: "a", one_of: [0] }, '{"a":-0}', true],
    [{ path: "a", one_of: [0] }, '{"a":"0"}', false],
    [{ path: "a", one_of: [0] }, '{"a":false}', false],
    [{ path: "a", one_of: [false] }, '{"a":false}', true],
    [{ path: "a", one_of: [false] }, '{"a":"false"}', false],
    [{ path: "a", one_of: [false] }, '{"a":null}', false],
    [{ path: "a", one_of: [raw("12345678901234567000")] }, '{"a":1.2345678901234567e19}', true],
    [{ path: "a", one_of: [raw("12345678901234567000")] }, '{"a":12345678901234567001}', false],
    [{ path: "a", one_of: [raw("9007199254740993")] }, '{"a":9007199254740993.0}', true],
    [{ path: "a", one_of: [raw("9007199254740993")] }, '{"a":9007199254740992}', false],
    [{ path: "a", one_of: [raw("1e18")] }, '{"a":1000000000000000000}', true],
    [{ path: "a", one_of: [raw("1e18")] }, '{"a":-1e18}', false],
    [{ path: "a", one_of: [0.1] }, '{"a":1e-1}', true],
    [{ path: "a", one_of: [-2.5e-9] }, '{"a":-0.0000000025}', true],
    [{ path: "a.b.0.c", one_of: [1] }, '{"a":{"b":[{"c":1}]}}', true],
    [{ path: "0.errorCode", one_of: ["DUPLICATES_DETECTED"] }, '[{"errorCode":"DUPLICATES_DETECTED"}]', true],
    [{ path: "a\\.b", one_of: [1] }, '{"a.b":1}', true],
    [{ path: ".", one_of: [false] }, "false", true],
    [{ path: ".", one_of: ["no"] }, '"no"', true],
    [{ path: ".", one_of: ["no"] }, "no", false],
    [{ path: "a", not_one_of: ["x"] }, '{"a":"y"}', true],
    [{ path: "a", not_one_of: ["x"] }, '{"a":{"b":1}}', true],
    [{ path: "a", not_one_of: ["x"] }, '{"a":"X"}', false],
    [{ path: "a", not_one_of: ["x"] }, "{}", false],
    [{ path: "a", not_one_of: ["x"] }, '{"a":[]}', false],
    [{ path: "a", present: true }, '{"a":0}', true],
    [{ path: "a", present: true }, '{"a":false}', true],
    [{ path: "a", present: true }, '{"a":[null]}', true],
    [{ path: "a", present: true }, '{"a":123456789012345678901234567890}', true],
    [{ path: "a", present: true }, '{"a":null}', false],
    [{ path: "a", present: true }, '{"a":" \\u00a0"}', false],
    [{ path: "a", present: true }, '{"a":[]}', false],
    [{ path: "a", present: true }, '{"a":{}}', false],
    [{ path: "length", present: true }, "[1]", false],
    [{ path: "toString", present: true }, "{}", false],
    [{ path: "__proto__", present: true }, "{}", false],
    [{ path: "__proto__.a", present: true }, '{"__proto__":{"a":1}}', true],
    [{ path: ".", present: true }, "{}", false],
    [{ path: ".", present: true }, "7", true],
    [{ path: "id", present: false }, '{"a":1}', true],
    [{ path: "id", present: false }, '{"id":1}', false],
    [{ path: "id", present: false }, "<html>", true],
    [{ path: "id", present: false }, "", true],
    [{ path: "message", contains: ["duplicate"] }, '{"message":"Lead is a Duplicate of 7"}', true],
    [{ path: "message", contains: ["duplicate"] }, '{"message":["duplicate"]}', false],
    [{ path: "message", contains: ["duplicate"] }, '{"other":"duplicate"}', false],
    [{ path: ".", contains: ["<soap:fault", ":fault>"] }, "<s:Envelope><s:Fault>…</s:Fault>", true],
    [{ path: ".", contains: ["invalid cors or secret"] }, "Ingestion: Invalid cors or secret", true],
    [{ path: ".", contains: ["error"] }, "OK", false],
  ])("%j of %s: %s", (body, text, expected) => {
    assert.strictEqual(holds({ body }, answer(200, { body: text })), expected)
  })

  it("on a value never holds for a body that nobody has whole", () => {
    const present = { path: "id", present: false } as const
    const huge = `{"a":"${"x".repeat(1_048_576)}"}`
    for (const unknown of [{}, { body: '{"a":1', truncated: true }, { body: huge }, { body: 5 as never }]) {
      assert.isFalse(holds({ body: present }, answer(200, unknown)))
    }
    assert.isTrue(
      holds({ body: { path: ".", contains: ["a"] } }, answer(200, { body: '{"a":1', truncated: true })),
    )
    const deep = "[".repeat(100_000) + "]".repeat(100_000)
    assert.isTrue(holds({ body: present }, answer(200, { body: deep })))
  })
})

describe("a condition on the content type", () => {
  it.each<[condition: string | Array<string>, header: string | undefined, expected: boolean]>([
    ["text/html", "text/html", true],
    ["text/html", "Text/HTML;charset=utf-8", true],
    ["text/html", " text/html , text/plain", true],
    ["text/*", "text/plain", true],
    ["text/*", "textual/plain", false],
    [["application/json", "text/html"], "text/html", true],
    ["text/html", "application/json", false],
    ["text/html", "", false],
    ["text/html", undefined, false],
    ["text/html", "html", false],
  ])("%j of %s: %s", (content_type, contentType, expected) => {
    assert.strictEqual(holds({ content_type }, answer(200, { contentType })), expected)
  })
})

describe("a condition on what went before", () => {
  it("holds after an attempt that nobody saw, for answers and for errors", () => {
    const timedOut: Outcome = { _tag: "TimedOut" }
    for (const outcome of [answer(409), timedOut]) {
      const conditions = { error: "timeout", after: "unseen" } as const
      assert.isTrue(holds(conditions, outcome, "unseen"))
      assert.isFalse(holds(conditions, outcome))
    }
  })
})

describe("all conditions of a row", () => {
  it("must hold together", () => {
    const conditions = {
      status: 200,
      after: "unseen",
      content_type: "text/html",
      body: { path: "a", present: true },
    } as const
    const whole = { contentType: "text/html", body: '{"a":1}' }
    assert.isTrue(holds(conditions, answer(200, whole), "unseen"))
    assert.isFalse(holds(conditions, answer(201, whole), "unseen"))
    assert.isFalse(holds(conditions, answer(200, whole)))
    assert.isFalse(holds(conditions, answer(200, { ...whole, contentType: "text/plain" }), "unseen"))
    assert.isFalse(holds(conditions, answer(200, { ...whole, body: "{}" }), "unseen"))
  })
})

describe("the customer's own reason", () => {
  const reasonOf = (path: string | Array<string>, body: string | undefined, truncated = false) =>
    classify(
      policyOf({ classification: [{ status: "any", means: "give_up", fault: "lead", reason: { path } }] }),
      answer(422, { body, truncated }),
    ).reason

  it.each<[path: string | Array<string>, body: string | undefined, expected: string | undefined]>([
    ["reason", '{"reason":"duplicate"}', "duplicate"],
    ["reason", '{"reason":"  two\\n lines "}', "two\n lines"],
    ["reason", '{"reason":12345678901234567890}', "12345678901234567890"],
    ["reason", '{"reason":["a",{"b":1}]}', '["a",{"b":1}]'],
    ["reason", '{"reason":false}', "false"],
    ["reason", '{"reason":""}', undefined],
    ["reason", '{"reason":null}', undefined],
    ["reason", "{}", undefined],
    ["reason", "not served", undefined],
    ["reason", undefined, undefined],
    [["reason", "errors.0.message"], '{"reason":"","errors":[{"message":"no"}]}', "no"],
    [".", " not served ", "not served"],
    [".", "", undefined],
    ["reason", '{"reason":"a\\u0000b\\ud800"}', "a\ufffdb\ufffd"],
    ["reason", `{"reason":"${"x".repeat(501)}"}`, `${"x".repeat(499)}…`],
    ["reason", `{"reason":"${"x".repeat(500)}"}`, "x".repeat(500)],
    ["reason", `{"reason":"${"x".repeat(498)}😀😀"}`, `${"x".repeat(498)}…`],
  ])("at %j of %s", (path, body, expected) => {
    assert.strictEqual(reasonOf(path, body), expected)
  })

  it("is not read from a value that is cut off, and is not there for a delivery or no answer", () => {
    assert.isUndefined(reasonOf("reason", '{"reason":"dup', true))
    assert.strictEqual(reasonOf(".", "<html>we are", true), "<html>we are")
    assert.isUndefined(classify(policyOf(), answer(200, { body: '{"reason":"x"}' })).reason)
    assert.isUndefined(classify(policyOf(), { _tag: "TimedOut" }).reason)
  })
})

describe("the health of a row", () => {
  it.each([
    [{ fault: "lead" }, "rejected"],
    [{ fault: "customer" }, "unavailable"],
    [{ fault: "ours" }, "unknown"],
    [{ fault: "customer", health: "rejected" }, "rejected"],
    [{ fault: "ours", health: "unavailable" }, "unavailable"],
    [{ fault: "lead", health: "unknown" }, "unknown"],
  ] as const)("%j is %s", (rest, expected) => {
    for (const means of ["retry", "give_up"] as const) {
      const own = policyOf({ classification: [{ status: 500, means, ...rest }] })
      assert.strictEqual(classify(own, answer(500)).health, expected)
    }
  })
})

describe("a number beyond 2^53 - 1 from JSON.parse", () => {
  it.each(["one_of", "not_one_of"])("is refused in %s: it may have been another one", (key) => {
    const row = {
      status: "2xx",
      body: { path: "code", [key]: [JSON.parse("18446744073709551615")] },
      means: "retry",
      fault: "lead",
    }
    assert.throws(
      () => compilePolicyOrThrow({ ...policyOfRow, classification: [row] }),
      `classification.0.body.${key}.0: found 18446744073709552000, expected a number with all its digits`,
    )
  })
})
