import { assert, describe, it } from "@effect/vitest"
import { compilePolicy, RetryPolicyInvalid, schedule } from "@lead-gateway/retry-policy"

const backoff = { kind: "exponential", base: "30s" }
const waits = ["10s", "1m", "10m"]
const duration = (least: string) => `a duration such as 500ms, 5s, 10m, 1h or 2d, from ${least} to 365d`
const attempts = "a whole number from 1 to 1000"
const status = 'a status from 200 to 999 such as 429, "4xx", a range such as "500-599", or "any"'
const error =
  'a system error code such as "ECONNRESET", or one of "unreachable", "timeout", "not_sent", "outcome_unknown", "dns", ' +
  '"refused", "no_route", "connect_timeout", "tls", "reset", "protocol", "unsendable", "other"'

const messageOf = (json: unknown): string => {
  const compiled = compilePolicy(json)
  return compiled._tag === "Failure" ? compiled.failure.message : "valid"
}

const retry = { means: "retry", fault: "customer" }
const row = (...status: ReadonlyArray<unknown>) => ({ status, ...retry })

describe("compilePolicy", () => {
  it("makes a policy ready: what a document leaves out has its default", () => {
    const compiled = compilePolicy({
      $schema: "./retry-policy.schema.json",
      version: "3",
      backoff,
      max_attempts: 5,
    })
    assert(compiled._tag === "Success")
    assert.deepInclude(compiled.success, {
      version: "3",
      maxAttempts: 5,
      waitsMs: [0, 30_000, 60_000, 120_000, 240_000],
      startsMs: [0, 30_000, 90_000, 210_000, 450_000],
      jitter: "none",
      maxAgeMs: Infinity,
      retryAfterCapMs: 86_400_000,
    })
  })

  it("reads durations in their units", () => {
    const compiled = compilePolicy({
      backoff: { kind: "fixed", waits: ["500ms", "5s", "10m", "1h", "2d", "0s"] },
    })
    assert(compiled._tag === "Success")
    assert.deepStrictEqual(
      schedule(compiled.success).map(({ waitMs }) => waitMs),
      [0, 500, 5000, 600_000, 3_600_000, 172_800_000, 0],
    )
  })

  it.each<readonly [string, unknown, ReadonlyArray<string>]>([
    ["no object", "5", ['retry policy: found "5", expected parsed JSON, not its text']],
    ["a list", [], ["retry policy: found [], expected an object with the keys backoff and max_attempts"]],
    [
      "no backoff",
      { max_attempts: 5 },
      [
        'backoff: found nothing, expected a backoff: an object with the kind "exponential", "linear" or "fixed"; the key is required',
      ],
    ],
    [
      "an unknown key",
      { backoff, max_attempts: 5, retries: 4 },
      [
        "retries: found 4, expected no key but $schema, version, backoff, cap, max_attempts, max_age, jitter, " +
          "retry_after_cap, classification",
      ],
    ],
    [
      "a blank version",
      { version: " ", backoff, max_attempts: 5 },
      ['version: found " ", expected a text that is not blank'],
    ],
    [
      "a backoff that is a text",
      { backoff: "exponential", max_attempts: 5 },
      [
        'backoff: found "exponential", expected a backoff: an object with the kind "exponential", "linear" or "fixed"',
      ],
    ],
    [
      "an unknown backoff",
      { backoff: { kind: "fibonacci", base: "1s" }, max_attempts: 5 },
      ['backoff.kind: found "fibonacci", expected "exponential" or "linear" or "fixed"'],
    ],
    [
      "a backoff without a kind",
      { backoff: { base: "1s" }, max_attempts: 5 },
      ['backoff.kind: found nothing, expected "exponential" or "linear" or "fixed"'],
    ],
    [
      "another backoff's key",
      { backoff: { ...backoff, step: "1s" }, max_attempts: 5 },
      ['backoff.step: found "1s", expected no key but kind, base, factor'],
    ],
    [
      "a duration without a unit",
      { backoff: { kind: "exponential", base: "30" }, max_attempts: 5 },
      [`backoff.base: found "30", expected ${duration("1ms")}`],
    ],
    [
      "a duration that is a number",
      { backoff: { kind: "exponential", base: 30 }, max_attempts: 5 },
      [`backoff.base: found 30, expected ${duration("1ms")}`],
    ],
    [
      "a base of nothing",
      { backoff: { kind: "exponential", base: "0s" }, max_attempts: 5 },
      [`backoff.base: found "0s", expected ${duration("1ms")}`],
    ],
    [
      "a duration beyond a year",
      { backoff, cap: "366d", max_attempts: 5 },
      [`cap: found "366d", expected ${duration("1ms")}`],
    ],
    [
      "a negative step",
      { backoff: { kind: "linear", base: "1s", step: "-1s" }, max_attempts: 5 },
      [`backoff.step: found "-1s", expected ${duration("0s")}`],
    ],
    [
      "a factor that shrinks",
      { backoff: { ...backoff, factor: 0.5 }, max_attempts: 5 },
      ["backoff.factor: found 0.5, expected a number from 1 to 1000"],
    ],
    [
      "a factor that is a text",
      { backoff: { ...backoff, factor: "2" }, max_attempts: 5 },
      ['backoff.factor: found "2", expected a number from 1 to 1000'],
    ],
    [
      "no waits",
      { backoff: { kind: "fixed", waits: [] } },
      ["backoff.waits: found [], expected a list of 1 to 999 durations"],
    ],
    [
      "waits that are none",
      { backoff: { kind: "fixed", waits: ["1s", "soon", null] } },
      [
        `backoff.waits.1: found "soon", expected ${duration("0s")}`,
        `backoff.waits.2: found null, expected ${duration("0s")}`,
      ],
    ],
    ["no attempts", { backoff, max_attempts: 0 }, [`max_attempts: found 0, expected ${attempts}`]],
    ["half an attempt", { backoff, max_attempts: 0.5 }, [`max_attempts: found 0.5, expected ${attempts}`]],
    [
      "too many attempts",
      { backoff, max_attempts: 1001 },
      [`max_attempts: found 1001, expected ${attempts}`],
    ],
    [
      "attempts as a text",
      { backoff, max_attempts: "five" },
      [`max_attempts: found "five", expected ${attempts}`],
    ],
    [
      "nobody's jitter",
      { backoff, max_attempts: 5, jitter: "decorrelated" },
      ['jitter: found "decorrelated", expected "none" or "full" or "equal"'],
    ],
    [
      "a cap of nothing",
      { backoff, max_attempts: 5, retry_after_cap: "" },
      [`retry_after_cap: found "", expected ${duration("0s")}`],
    ],
    [
      "a table that is no list",
      { backoff, max_attempts: 5, classification: {} },
      ["classification: found {}, expected a list of rows"],
    ],
    [
      "what is no row",
      { backoff, max_attempts: 5, classification: [429] },
      ['classification.0: found 429, expected a row: an object that means "delivered", "retry" or "give_up"'],
    ],
    [
      "a row that means nothing",
      {
        backoff,
        max_attempts: 5,
        classification: [{ status: 429 }, { status: 430, means: "ignore" }],
      },
      [
        'classification.0.means: found nothing, expected "delivered" or "retry" or "give_up"',
        'classification.1.means: found "ignore", expected "delivered" or "retry" or "give_up"',
      ],
    ],
    [
      "a row with empty lists",
      { backoff, max_attempts: 5, classification: [{ ...retry, status: [], error: [] }] },
      [
        `classification.0.status: found [], expected ${status}, or a list of them`,
        `classification.0.error: found [], expected ${error}, or a list of them`,
      ],
    ],
    [
      "statuses and errors that are none",
      {
        backoff,
        max_attempts: 5,
        classification: [
          row(99, 101, "5XX", "1xx", "100-200", null, 429),
          { ...retry, status: null, error: ["econnreset", 5] },
        ],
      },
      [
        ...[99, 101, '"5XX"', '"1xx"', '"100-200"', "null"].map(
          (found, index) => `classification.0.status.${index}: found ${found}, expected ${status}`,
        ),
        `classification.1.status: found null, expected ${status}, or a list of them`,
        `classification.1.error.0: found "econnreset", expected ${error}`,
        `classification.1.error.1: found 5, expected ${error}`,
      ],
    ],
    [
      "nobody's fault",
      {
        backoff,
        max_attempts: 5,
        classification: [
          { ...row(429), fault: "nobody" },
          { status: 430, means: "give_up" },
        ],
      },
      [
        'classification.0.fault: found "nobody", expected "lead" or "customer" or "ours"',
        'classification.1.fault: found nothing, expected "lead" or "customer" or "ours"; the key is required',
      ],
    ],
    [
      "a delivery with a fault",
      { backoff, max_attempts: 5, classification: [{ status: 409, means: "delivered", fault: "lead" }] },
      [
        'classification.0.fault: found "lead", expected no key but status, error, after, content_type, body, means',
      ],
    ],
    [
      "a Retry-After that perhaps counts",
      { backoff, max_attempts: 5, classification: [{ ...row(500), retry_after: "yes" }] },
      ['classification.0.retry_after: found "yes", expected true, false or "required"'],
    ],
  ])("refuses %s", (_name, json, lines) => {
    assert.deepStrictEqual(messageOf(json).split("\n"), lines)
  })

  it.each<readonly [string, unknown, ReadonlyArray<string>]>([
    [
      "a backoff without an end",
      { backoff },
      [
        "max_attempts: found nothing, expected a whole number from 1 to 1000; the key is required, but for a fixed list",
      ],
    ],
    [
      "more waits than attempts",
      { backoff: { kind: "fixed", waits }, max_attempts: 3 },
      ["max_attempts: found 3, expected at least 4, an attempt after each of the 3 waits"],
    ],
    [
      "a cap on a fixed list",
      { backoff: { kind: "fixed", waits }, cap: "5m" },
      ['cap: found "5m", expected no cap: the waits of a fixed list are what they are'],
    ],
    [
      "a cap below the base",
      { backoff, cap: "29s", max_attempts: 5 },
      ['cap: found "29s", expected a duration from 30s, the base, to 365d'],
    ],
    [
      "a base above the default cap",
      { backoff: { kind: "linear", base: "31d", step: "1d" }, max_attempts: 5 },
      [
        "cap: found nothing, expected a duration from 31d, the base, to 365d (it is 30d unless said otherwise)",
      ],
    ],
    [
      "an age below the first wait",
      { backoff: { kind: "exponential", base: "90s" }, max_age: "1m", max_attempts: 5 },
      [
        'max_age: found "1m", expected at least 1m 30s, the first wait: no attempt but the first would be in time',
      ],
    ],
    [
      "a range upside down",
      { backoff, max_attempts: 5, classification: [row("599-500")] },
      ['classification.0.status.0: found "599-500", expected a range from the lower status to the higher'],
    ],
    [
      "rows that never apply, even if it takes several rows to cover them",
      {
        backoff,
        max_attempts: 5,
        classification: [
          { ...row("400-449"), error: "unreachable" },
          row("450-499", "any"),
          row("440-460", 404, "any", "2xx"),
          { ...retry, error: ["dns", "ECONNRESET", "unreachable", "timeout"] },
          { ...retry, error: "timeout" },
        ],
      },
      [
        '2.status.0: found "440-460", expected what is not decided by a row above: classification.0, classification.1',
        "2.status.1: found 404, expected what is not decided by a row above: classification.0",
        '2.status.2: found "any", expected what is not decided by a row above: classification.1, classification.0',
        '2.status.3: found "2xx", expected what is not decided by a row above: classification.1',
        '3.error.0: found "dns", expected what is not decided by a row above: classification.0',
        '3.error.1: found "ECONNRESET", expected what is not decided by a row above: classification.0',
        '3.error.2: found "unreachable", expected what is not decided by a row above: classification.0',
        '4.error: found "timeout", expected what is not decided by a row above: classification.3',
      ].map((line) => `classification.${line}`),
    ],
    [
      "an outcome twice in a row",
      { backoff, max_attempts: 5, classification: [row(500, "500-502", 501)] },
      ["classification.0.status.2: found 501, expected what is not decided by a row above: classification.0"],
    ],
    [
      "several contradictions at once",
      { backoff: { kind: "fixed", waits }, cap: "5s", max_age: "5s", max_attempts: 2 },
      [
        "max_attempts: found 2, expected at least 4, an attempt after each of the 3 waits",
        'cap: found "5s", expected no cap: the waits of a fixed list are what they are',
        'max_age: found "5s", expected at least 10s, the first wait: no attempt but the first would be in time',
      ],
    ],
  ])("refuses what contradicts itself: %s", (_name, json, lines) => {
    assert.deepStrictEqual(messageOf(json).split("\n"), lines)
  })

  it("lets an exception stand above its range, and a range overlap one above it", () => {
    const classification = [
      row(404),
      row("400-450"),
      row("440-499"),
      { ...retry, error: "dns" },
      { ...retry, error: "unreachable" },
      row("any"),
    ]
    assert.strictEqual(messageOf({ backoff, max_attempts: 5, classification }), "valid")
  })

  it("fails with an error that has a tag, a message and the diagnostics", () => {
    const compiled = compilePolicy(null)
    assert(compiled._tag === "Failure")
    assert.instanceOf(compiled.failure, RetryPolicyInvalid)
    assert.instanceOf(compiled.failure, Error)
    assert.strictEqual(compiled.failure._tag, "RetryPolicyInvalid")
    assert.deepStrictEqual(compiled.failure.diagnostics, [
      { path: "", actual: "null", expected: "an object with the keys backoff and max_attempts" },
    ])
  })
})
