import { assert, describe, it } from "@effect/vitest"
import { compilePolicy } from "@lead-gateway/retry-policy"

const backoff = { kind: "exponential", base: "90s" }

const messagesOf = (json: unknown): ReadonlyArray<string> => {
  const compiled = compilePolicy(json)
  return compiled._tag === "Failure" ? compiled.failure.message.split("\n") : []
}

describe("an age with jitter", () => {
  it.each([
    ["full", "1s"],
    ["equal", "45s"],
  ])("may be as short as %s jitter may make the first wait", (jitter, max_age) => {
    assert.deepStrictEqual(messagesOf({ backoff, max_age, max_attempts: 5, jitter }), [])
  })

  it("may not be shorter than that", () => {
    assert.deepStrictEqual(messagesOf({ backoff, max_age: "44s", max_attempts: 5, jitter: "equal" }), [
      'max_age: found "44s", expected at least 45s, the first wait: no attempt but the first would be in time',
    ])
  })
})

describe("a delivery", () => {
  it("is not what was never sent", () => {
    const classification = [{ status: 500, error: ["not_sent", "timeout", "dns"], means: "delivered" }]
    assert.deepStrictEqual(messagesOf({ backoff, max_attempts: 5, classification }), [
      'classification.0.error.0: found "not_sent", expected what the customer may have seen: a row of deliveries',
      'classification.0.error.2: found "dns", expected what the customer may have seen: a row of deliveries',
    ])
  })
})

const at = { backoff, max_attempts: 5 }
const retry = { means: "retry", fault: "customer" }
const above = (...rows: ReadonlyArray<number>) =>
  `what is not decided by a row above: ${rows.map((row) => `classification.${row}`).join(", ")}`

describe("a row that contradicts itself", () => {
  it.each<readonly [name: string, row: unknown, line: string]>([
    [
      "no outcome",
      retry,
      "status: found nothing, expected a status or an error: a row has at least one of the two",
    ],
    [
      "a body of no answer",
      { ...retry, status: 500, error: "timeout", body: { path: "a", present: true } },
      'error: found "timeout", expected no error in a row with body: only answers have these',
    ],
    [
      "all that only answers have",
      { ...retry, error: "dns", content_type: "a/b", retry_after: "required", reason: { path: "a" } },
      'error: found "dns", expected no error in a row with content_type, retry_after, reason: only answers have these',
    ],
    [
      "two conditions in one",
      { ...retry, status: 200, body: { path: "a", one_of: ["x"], present: true } },
      'body: found {"path":"a","one_of":["x"],"present":true}, expected exactly one of one_of, not_one_of, contains and present',
    ],
    [
      "no condition",
      { ...retry, status: 200, body: { path: "a" } },
      'body: found {"path":"a"}, expected exactly one of one_of, not_one_of, contains and present',
    ],
    [
      "a fault of the lead that is everybody's",
      { status: 422, means: "give_up", fault: "lead", health: "unavailable" },
      'health: found "unavailable", expected no "unavailable": a fault of the lead says nothing about others',
    ],
  ])("has %s", (_name, row, line) => {
    assert.deepStrictEqual(messagesOf({ ...at, classification: [row] }), [`classification.0.${line}`])
  })

  it.each<readonly [row: unknown, line: string]>([
    [
      { ...retry, status: 200, body: { path: "a..b", present: true } },
      'body.path: found "a..b", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
    [
      { ...retry, status: 200, body: { path: "errors.*.code", one_of: ["a"] } },
      'body.path: found "errors.*.code", expected a path such as house.is_owner, without an empty segment or a segment *',
    ],
    [
      { ...retry, status: 200, body: { path: "a", one_of: [] } },
      "body.one_of: found [], expected at least one text, number, true or false",
    ],
    [
      { ...retry, status: 200, body: { path: "a", one_of: [null, " ", {}] } },
      "body.one_of.0: found null, expected a text that is not blank, a number, true or false",
    ],
    [
      { ...retry, status: 200, body: { path: "a", equals: 1 } },
      "body.equals: found 1, expected no key but path, one_of, not_one_of, contains, present",
    ],
    [
      { ...retry, status: 200, content_type: "text/html; charset=utf-8" },
      'content_type: found "text/html; charset=utf-8", expected a content type in lower case without parameters, such as "text/html" or "text/*"',
    ],
    [{ ...retry, status: 200, after: "timeout" }, 'after: found "timeout", expected "unseen"'],
    [
      { ...retry, status: 200, health: "down" },
      'health: found "down", expected "rejected" or "unavailable" or "unknown"',
    ],
    [{ ...retry, status: 200, reason: "a" }, 'reason: found "a", expected an object with a path'],
    [
      { status: 200, means: "delivered", reason: { path: "a" } },
      'reason: found {"path":"a"}, expected no key but status, error, after, content_type, body, means',
    ],
  ])("is refused with its place: %j", (row, line) => {
    assert.include(messagesOf({ ...at, classification: [row] }), `classification.0.${line}`)
  })
})

describe("a row that never applies", () => {
  const body = (condition: object) => ({ ...retry, status: 200, body: { path: "a", ...condition } })

  it.each<readonly [name: string, rows: ReadonlyArray<object>, owners: ReadonlyArray<number>]>([
    ["below one without conditions", [{ ...retry, status: 200 }, body({ present: true })], [0]],
    ["below its equal", [body({ one_of: ["x"] }), body({ one_of: [" X "] })], [0]],
    ["below a value that it shares", [body({ one_of: ["x", "y"] }), body({ one_of: ["y"] })], [0]],
    [
      "below several that have all its values",
      [body({ one_of: ["x"] }), body({ one_of: [1] }), body({ one_of: [1, "x"] })],
      [1, 0],
    ],
    ["below any value", [body({ present: true }), body({ one_of: ["x"] })], [0]],
    ["below any value, for others", [body({ present: true }), body({ not_one_of: ["x"] })], [0]],
    ["below fewer exceptions", [body({ not_one_of: ["x"] }), body({ not_one_of: ["y", "x"] })], [0]],
    ["below what is no exception", [body({ not_one_of: ["x"] }), body({ one_of: ["y"] })], [0]],
    ["below an absent value", [body({ present: false }), body({ present: false })], [0]],
    ["below a part of its text", [body({ contains: ["dup"] }), body({ contains: ["Duplicate"] })], [0]],
    ["below any value, for a text", [body({ present: true }), body({ contains: ["x"] })], [0]],
    [
      "below the type of its family",
      [
        { ...retry, status: 200, content_type: "text/*" },
        { ...retry, status: 200, content_type: ["text/html", "text/plain"] },
      ],
      [0],
    ],
    [
      "below one that needs no unseen attempt",
      [
        { ...retry, status: 409 },
        { ...retry, status: 409, after: "unseen" },
      ],
      [0],
    ],
    [
      "below its equal after an unseen attempt",
      [
        { ...retry, error: "unreachable", after: "unseen" },
        { ...retry, error: "dns", after: "unseen" },
      ],
      [0],
    ],
    [
      "below one that needs no Retry-After",
      [
        { ...retry, status: 413 },
        { ...retry, status: 413, retry_after: "required" },
      ],
      [0],
    ],
  ])("is reported: %s", (_name, rows, owners) => {
    const { error, status } = (rows.at(-1) ?? {}) as { status?: unknown; error?: unknown }
    const key = status === undefined ? "error" : "status"
    assert.deepStrictEqual(messagesOf({ ...at, classification: rows }), [
      `classification.${rows.length - 1}.${key}: found ${JSON.stringify(status ?? error)}, expected ${above(...owners)}`,
    ])
  })

  it.each<readonly [name: string, rows: ReadonlyArray<object>]>([
    ["an exception above", [body({ one_of: ["x"] }), { ...retry, status: 200 }]],
    ["another value", [body({ one_of: ["x"] }), body({ one_of: ["x", "y"] })]],
    ["another kind of value", [body({ one_of: [0] }), body({ one_of: ["0", false] })]],
    [
      "another path",
      [body({ present: true }), { ...retry, status: 200, body: { path: "b", present: true } }],
    ],
    ["values and their absence", [body({ present: true }), body({ present: false })]],
    ["texts with a part and all others", [body({ contains: ["x"] }), body({ present: true })]],
    ["more of a text", [body({ contains: ["duplicate"] }), body({ contains: ["dup"] })]],
    [
      "text of the body and JSON",
      [
        { ...retry, status: 200, body: { path: ".", present: true } },
        { ...retry, status: 200, body: { path: ".", contains: ["x"] } },
      ],
    ],
    ["fewer exceptions below", [body({ not_one_of: ["x", "y"] }), body({ not_one_of: ["x"] })]],
    [
      "after an unseen attempt and ever",
      [
        { ...retry, status: 409, after: "unseen" },
        { ...retry, status: 409 },
      ],
    ],
    [
      "with a Retry-After and without",
      [
        { ...retry, status: 413, retry_after: "required" },
        { ...retry, status: 413 },
      ],
    ],
    [
      "types of one family",
      [
        { ...retry, status: 200, content_type: "text/html" },
        { ...retry, status: 200, content_type: "text/*" },
      ],
    ],
    [
      "an unseen attempt with a body, and a body",
      [{ ...body({ present: true }), after: "unseen" }, body({ present: true })],
    ],
  ])("is not one for %s", (_name, classification) => {
    assert.deepStrictEqual(messagesOf({ ...at, classification }), [])
  })
})
