import { assert, describe, it } from "@effect/vitest"
import { anyJson } from "@lead-gateway/testkit/any-json"
import {
  type Attempt,
  classify,
  compilePolicy,
  decide,
  httpDate,
  isUnseen,
  type Outcome,
  printSchedule,
  schedule,
} from "@lead-gateway/retry-policy"
import { Schema } from "effect"
import { shipped } from "./support/shipped.ts"

const policy = shipped("tolerant")

const throwing = {
  get _tag(): string {
    throw new Error("a getter")
  },
}
const revoked = Proxy.revocable({}, {})
revoked.revoke()
const cyclic: Record<string, unknown> = { _tag: "Answered", status: 200 }
cyclic["body"] = cyclic

/** What JavaScript holds and no JSON parser makes. */
const oddities: ReadonlyArray<readonly [name: string, value: unknown]> = [
  ["undefined", undefined],
  ["null", null],
  ["a text", "Answered"],
  ["a number", 200],
  ["NaN", Number.NaN],
  ["a bigint", 200n],
  ["a symbol", Symbol("x")],
  ["a function", () => {}],
  ["a date", new Date(0)],
  ["an invalid date", new Date(Number.NaN)],
  ["a map", new Map([["_tag", "Answered"]])],
  ["a sparse list", [, 1]], // oxlint-disable-line no-sparse-arrays
  ["a class instance", new URL("https://customer.invalid")],
  ["an object without a prototype", Object.create(null)],
  ["a cyclic object", cyclic],
  ["a getter that throws", throwing],
  ["a revoked proxy", revoked.proxy],
]

const asOutcome = (value: unknown): Outcome => value as Outcome

/** Checks that there is a classification, a decision and an answer of `isUnseen`. */
const check = (outcome: unknown): void => {
  for (const before of ["unseen", undefined] as const) {
    const { fault, health, means } = classify(policy, asOutcome(outcome), before)
    assert.include(["delivered", "retry", "give_up"], means)
    assert.include(["success", "rejected", "unavailable", "unknown"], health)
    assert.strictEqual(fault === undefined, means === "delivered")
    assert.strictEqual(health === "success", means === "delivered")
  }
  for (const attempt of [1, 1000]) {
    const decision = decide({ policy, attempt, outcome: asOutcome(outcome), nowMs: 0 })
    assert.include(["Delivered", "RetryAfter", "GiveUp"], decision._tag)
  }
  assert.isBoolean(isUnseen(asOutcome(outcome)))
}

describe("any outcome", () => {
  it.each(oddities)("gives a result: %s", (_name, value) => {
    check(value)
    assert.strictEqual(classify(policy, asOutcome(value)).means, value === cyclic ? "delivered" : "retry")
  })

  it.each(oddities)("gives a result, with %s in each of its fields", (_name, value) => {
    for (const _tag of [
      "Answered",
      "Unreachable",
      "TimedOut",
      "NotSent",
      "AddressRefused",
      "OutcomeUnknown",
    ]) {
      for (const key of ["status", "retryAfter", "contentType", "body", "truncated", "kind", "phase"]) {
        check({ _tag, status: 200, [key]: value })
        check({ _tag, status: 413, [key]: value })
      }
    }
    assert.strictEqual(isUnseen(asOutcome({ _tag: "Answered", status: 200, body: value })), false)
  })

  const { value } = anyJson({
    keys: ["_tag", "status", "retryAfter", "contentType", "body", "kind", "phase"],
    texts: ["Answered", "Unreachable", "TimedOut", "timeout", "unreachable", "text/html", "120"],
  })

  it.prop("gives a result, whatever JSON it is", [value], ([json]) => {
    check(json)
    check({ _tag: "Answered", status: 200, body: JSON.stringify(json), contentType: json, retryAfter: json })
    check({ _tag: "Answered", status: json, body: json })
    check({ _tag: "Unreachable", kind: json })
  })

  it.prop("gives a result, whatever its body is", [Schema.String, Schema.Int], ([body, status]) => {
    check({ _tag: "Answered", status, body, contentType: body, retryAfter: body })
  })
})

describe("any document", () => {
  const [, ...values] = oddities
  it.each(values)("gives a policy or diagnostics: %s", (_name, value) => {
    const row = { status: value, error: value, body: value, reason: value, means: "retry", fault: "ours" }
    const backoff = { kind: "exponential", base: "30s" }
    for (const document of [
      value,
      { backoff: value },
      { backoff, max_attempts: 5, classification: [value, row] },
    ]) {
      const compiled = compilePolicy(document)
      assert(compiled._tag === "Failure")
      assert.isNotEmpty(compiled.failure.diagnostics)
      assert.isString(compiled.failure.message)
    }
  })

  it("may be nested in itself", () => {
    const document: Record<string, unknown> = { max_attempts: 5 }
    document["backoff"] = document
    document["classification"] = [document]
    assert.strictEqual(compilePolicy(document)._tag, "Failure")
  })
})

describe("httpDate", () => {
  it.each(oddities)("has no date in what is no text: %s", (_name, value) => {
    assert.isUndefined(httpDate(value as string, 0))
  })
})

describe("a wrong call", () => {
  const input: Attempt = { policy, attempt: 1, outcome: { _tag: "TimedOut" }, nowMs: 0 }
  const expected = "expected what compilePolicy succeeds with"
  const valid = { backoff: { kind: "exponential", base: "30s" }, max_attempts: 5 }

  it.each<readonly [argument: keyof Attempt, value: unknown, sentence: string]>([
    ["ageMs", "30s", "decide: ageMs is a text, expected milliseconds as a number: 30_000 for 30 s"],
    ["ageMs", 30_000n, "decide: ageMs is a bigint, expected milliseconds as a number: 30_000 for 30 s"],
    [
      "nowMs",
      undefined,
      "decide: nowMs is missing, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
    [
      "nowMs",
      "2026-01-21T10:35:00Z",
      "decide: nowMs is a text, expected milliseconds since 1970 as a number, such as Date.now()",
    ],
    ["attempt", "2", "decide: attempt is a text, expected a number, of the attempt that just ended, from 1"],
    [
      "attempt",
      undefined,
      "decide: attempt is missing, expected a number, of the attempt that just ended, from 1",
    ],
    ["random", "0.5", "decide: random is a text, expected a number from 0 to 1, such as Math.random()"],
    ["policy", undefined, `decide: policy is missing, ${expected}`],
    ["policy", compilePolicy(valid), `decide: policy is a Result: its value is in \`success\`, ${expected}`],
    [
      "policy",
      compilePolicy({}),
      `decide: policy is a Result that failed: why is in \`failure\`, ${expected}`,
    ],
    ["policy", valid, `decide: policy is a document that was not compiled, ${expected}`],
    ["policy", "default", `decide: policy is a text, ${expected}`],
  ])("of decide, with %s: %s, gets a sentence", (argument, value, sentence) => {
    assert.throws(() => decide({ ...input, [argument]: value }), TypeError, sentence)
  })

  it("of decide without an input gets one too", () => {
    assert.throws(
      () => decide(undefined as never),
      TypeError,
      "decide: the input is missing, expected an object with policy, attempt, outcome and nowMs",
    )
  })

  it("of classify, schedule and printSchedule gets one too", () => {
    const result = compilePolicy(valid) as never
    const sentence = `policy is a Result: its value is in \`success\`, ${expected}`
    assert.throws(() => classify(result, { _tag: "TimedOut" }), TypeError, `classify: ${sentence}`)
    assert.throws(() => schedule(result), TypeError, `schedule: ${sentence}`)
    assert.throws(() => printSchedule(result), TypeError, `printSchedule: ${sentence}`)
    assert.throws(() => classify(null as never, { _tag: "TimedOut" }), TypeError, "classify: policy is null")
  })

  it("of classify and decide with another before than unseen gets one too", () => {
    const conflict = { _tag: "Answered", status: 409 } as Attempt["outcome"]
    for (const [before, kind] of [
      [true, "a boolean"],
      ["timeout", "a text"],
      [{ _tag: "TimedOut" }, "an object"],
    ] as const) {
      const sentence = `before is ${kind}, expected "unseen" or nothing`
      assert.throws(() => classify(policy, conflict, before as never), TypeError, `classify: ${sentence}`)
      assert.throws(() => decide({ ...input, before: before as never }), TypeError, `decide: ${sentence}`)
    }
    assert.strictEqual(classify(policy, conflict).means, "give_up")
    assert.strictEqual(classify(policy, conflict, "unseen").means, "retry")
  })

  it("with a response of fetch or a bare status is an outcome that is unknown", () => {
    const unknown = classify(policy, { _tag: "OutcomeUnknown" })
    for (const outcome of [new Response("", { status: 400 }), 400]) {
      assert.deepStrictEqual(classify(policy, outcome as never), unknown)
    }
  })

  it("is none where null stands for nothing", () => {
    const decision = decide(input)
    assert.deepStrictEqual(
      decide({ ...input, ageMs: null as never, random: null as never, before: null as never }),
      decision,
    )
  })
})
