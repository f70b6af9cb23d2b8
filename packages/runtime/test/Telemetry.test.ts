import { assert, describe, it } from "@effect/vitest"
import { Data, Effect, Redacted } from "effect"
import { TestClock } from "effect/testing"
import { CorrelationId, Telemetry } from "@lead-gateway/runtime"
import { entriesOf, linesOf, memorySink } from "./memorySink.ts"

const id = CorrelationId.CorrelationId.make("abc-1")
const at = Date.UTC(2026, 0, 21, 10, 35, 0, 123)

class LeadNotFound extends Data.TaggedError("LeadNotFound")<{
  message: string
  payload: unknown
  cause?: unknown
}> {}

describe("JSON", () => {
  it.effect("is one line per entry, the important names first", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const lines = yield* linesOf(
        Effect.logInfo("lead delivered").pipe(
          Effect.annotateLogs({ attempt: 2, success: true }),
          Telemetry.withLeadId(7),
          Telemetry.withCorrelationId(id),
        ),
      )
      assert.deepStrictEqual(lines, [
        '{"timestamp":"2026-01-21T10:35:00.123Z","level":"info","message":"lead delivered","service":"api",' +
          '"correlation_id":"abc-1","lead_id":7,"attempt":2,"success":true}',
      ])
    }),
  )

  it.effect("knows four levels and keeps what is below the configured one to itself", () =>
    Effect.gen(function* () {
      const program = Effect.gen(function* () {
        yield* Effect.logTrace("0")
        yield* Effect.logDebug("1")
        yield* Effect.logInfo("2")
        yield* Effect.logWarning("3")
        yield* Effect.logError("4")
        yield* Effect.logFatal("5")
      })
      const levels = (level: Telemetry.LogLevel) =>
        Effect.map(entriesOf(program, { level }), (entries) => entries.map((entry) => entry["level"]))
      assert.deepStrictEqual(yield* levels("debug"), ["debug", "info", "warn", "error", "error"])
      assert.deepStrictEqual(yield* levels("info"), ["info", "warn", "error", "error"])
      assert.deepStrictEqual(yield* levels("warn"), ["warn", "error", "error"])
      assert.deepStrictEqual(yield* levels("error"), ["error", "error"])
    }),
  )

  it.effect("takes annotations as plain data, without secrets and without looking into objects", () =>
    Effect.gen(function* () {
      const [entry] = yield* entriesOf(
        Effect.logInfo("started").pipe(
          Effect.annotateLogs({
            settings: { API_PORT: "8080", list: [1, null] },
            token: Redacted.make("hunter2"),
            url: new URL("https://me:hunter2@x.example"),
            map: new Map([["email", "jane@x.example"]]),
            when: new Date(at),
            big: 12345678901234567890n,
            nan: Number.NaN,
            deep: { a: { b: { c: { d: 1 } } } },
            level: "mine",
          }),
        ),
      )
      assert.deepInclude(entry, {
        settings: { API_PORT: "8080", list: [1, null] },
        token: "(secret)",
        url: "(object)",
        map: "(object)",
        when: "2026-01-21T10:35:00.123Z",
        big: "12345678901234567890",
        nan: "NaN",
        deep: { a: { b: { c: "(object)" } } },
        level: "info",
        level_: "mine",
      })
    }),
  )

  it.effect("survives annotations that refer to themselves", () =>
    Effect.gen(function* () {
      const loop: Record<string, unknown> = {}
      loop["loop"] = loop
      assert.lengthOf(yield* linesOf(Effect.annotateLogs(Effect.logInfo("x"), "loop", loop)), 1)
    }),
  )
})

describe("text", () => {
  it.effect("is for people", () =>
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const lines = yield* linesOf(
        Effect.logWarning("queue is slow").pipe(
          Effect.annotateLogs({ why: 'it "waits"', depth: 3 }),
          Telemetry.withLeadId(7),
          Telemetry.withCorrelationId(id),
        ),
        { format: "text" },
      )
      const [, time = "", rest] = /^(\S+) (.*)$/.exec(lines[0] ?? "") ?? []
      assert.match(time, /^\d{4}-\d\d-\d\dT\d\d:\d\d:00\.123[+-]\d\d:\d\d$/)
      assert.strictEqual(Date.parse(time), at)
      assert.strictEqual(
        rest,
        'WARN  queue is slow correlation_id=abc-1 lead_id=7 why="it \\"waits\\"" depth=3',
      )
    }),
  )

  // Offsets of RFC 3339 5.6 with and without minutes, on both sides of Greenwich, in summer and in winter (tzdata).
  it.effect.each([
    ["Europe/Berlin", "2026-01-21T11:35:00.123+01:00", Date.UTC(2026, 0, 21, 10, 35, 0, 123)],
    ["Europe/Berlin", "2026-07-21T12:35:00.123+02:00", Date.UTC(2026, 6, 21, 10, 35, 0, 123)],
    ["UTC", "2026-01-21T10:35:00.123+00:00", Date.UTC(2026, 0, 21, 10, 35, 0, 123)],
    ["America/St_Johns", "2025-12-31T23:30:00.000-03:30", Date.UTC(2026, 0, 1, 3, 0)],
    ["Asia/Kathmandu", "2026-01-01T00:45:00.000+05:45", Date.UTC(2025, 11, 31, 19, 0)],
    // The hour that comes twice.
    ["Europe/Berlin", "2026-10-25T02:30:00.000+02:00", Date.UTC(2026, 9, 25, 0, 30)],
    ["Europe/Berlin", "2026-10-25T02:30:00.000+01:00", Date.UTC(2026, 9, 25, 1, 30)],
  ] as const)("has date and offset: in %s %s", ([zone, time, at]) =>
    Effect.gen(function* () {
      const before = process.env["TZ"]
      process.env["TZ"] = zone
      yield* Effect.addFinalizer(() =>
        Effect.sync(() => {
          if (before === undefined) delete process.env["TZ"]
          else process.env["TZ"] = before
        }),
      )
      yield* TestClock.setTime(at)
      const lines = yield* linesOf(Effect.logInfo("x"), { format: "text" })
      assert.deepStrictEqual(lines, [`${time} INFO  x`])
    }),
  )

  it.effect("shows what cannot be seen by its code", () =>
    Effect.gen(function* () {
      const [line = ""] = yield* linesOf(
        Effect.annotateLogs(Effect.logInfo("a\u200bb"), {
          zip: "66\u200b123",
          code: "66\\u200b123",
          "na\u00adme": "Zoe\u0308 😀",
        }),
        { format: "text" },
      )
      assert.strictEqual(
        line.replace(/^\S+ /, ""),
        `${String.raw`INFO  a\u200bb zip="66\u200b123" code="66\\u200b123" "na\u00adme"="`}Zoe\u0308 😀"`,
      )
    }),
  )
})

describe("errors", () => {
  const error = new LeadNotFound({
    message: "no such lead",
    payload: { email: "jane@x.example" },
    cause: Object.assign(new Error("jane@x.example is away"), { code: "ECONNREFUSED" }),
  })

  it.effect("are logged as tag and message, and so are their causes, but nothing of what they hold", () =>
    Effect.gen(function* () {
      for (const format of ["json", "text"] as const) {
        const [line = ""] = yield* linesOf(
          Effect.catchCause(Effect.fail(error), (cause) => Effect.logError("failed", cause)),
          { format },
        )
        assert.match(
          line,
          /LeadNotFound: no such lead, caused by Error ECONNREFUSED at .*Telemetry\.test\.ts:/,
        )
        assert.notInclude(line, "jane")
        assert.notInclude(line, "stack")
      }
    }),
  )

  it.effect("may be anything that was thrown", () =>
    Effect.gen(function* () {
      const described = (thrown: unknown) =>
        Effect.map(
          entriesOf(Effect.catchCause(Effect.die(thrown), (cause) => Effect.logError("failed", cause))),
          ([entry]) => entry?.["error"],
        )
      assert.match(
        String(yield* described(new TypeError("x is not a function"))),
        /^defect TypeError at .*Telemetry\.test\.ts:\d+:\d+\)?$/,
      )
      assert.strictEqual(yield* described({ email: "jane@x.example" }), "defect (object)")
      assert.strictEqual(yield* described(null), "defect (null)")
      assert.strictEqual(yield* described("jane@x.example"), "defect (string)")
      const loop = new Error("loop")
      loop.cause = loop
      assert.match(String(yield* described(loop)), /^defect Error at [^,]+(, caused by Error at [^,]+){4}$/)
      const long = new LeadNotFound({ message: "x".repeat(100_000), payload: {} })
      const [entry] = yield* entriesOf(
        Effect.catchCause(Effect.fail(long), (cause) => Effect.logError("failed", cause)),
      )
      assert.isBelow(String(entry?.["error"]).length, 1100)
    }),
  )

  it.effect("in a message are described too; other objects are not printed", () =>
    Effect.gen(function* () {
      const [entry] = yield* entriesOf(Effect.logError("failed:", error, { email: "jane@x.example" }, 1))
      assert.match(
        String(entry?.["message"]),
        /^failed: LeadNotFound: no such lead, caused by Error ECONNREFUSED at [^ ].* \(object\) 1$/,
      )
    }),
  )

  it.effect("bring their stack at debug level", () =>
    Effect.gen(function* () {
      const program = Effect.catchCause(Effect.fail(error), (cause) => Effect.logError("failed", cause))
      const [entry] = yield* entriesOf(program, { level: "debug" })
      assert.match(String(entry?.["stack"]), /no such lead\n\s+at /)
      const lines = yield* linesOf(program, { level: "debug", format: "text" })
      assert.isAbove(lines.length, 2)
      for (const line of lines.slice(1)) assert.match(line, /^ {4}/)
    }),
  )
})

describe("a line", () => {
  const hostile =
    'x\n{"level":"error"}\r\u0000\u001b[2J\u007f\u0085\u009b\u2028\u2029\u202e\u2066\u200b\ufeff\u{e0041}"\\ud800'

  it.effect("stays one line whatever it is made of", () =>
    Effect.gen(function* () {
      for (const format of ["json", "text"] as const) {
        const lines = yield* linesOf(
          Effect.logInfo(hostile, new Error(hostile)).pipe(
            Effect.annotateLogs({
              correlation_id: hostile,
              [hostile]: hostile,
              nested: { [hostile]: [hostile] },
            }),
          ),
          { format },
        )
        assert.lengthOf(lines, 1)
        assert.match(lines[0] ?? "", /^[^\p{C}\u2028\u2029]*$/u)
        if (format === "json") assert.propertyVal(JSON.parse(lines[0] ?? ""), "correlation_id", hostile)
      }
    }),
  )
})

describe("writing", () => {
  it.live("puts the lines of one turn together, and loses none when the scope closes", () =>
    Effect.gen(function* () {
      const sink = memorySink()
      yield* Effect.gen(function* () {
        yield* Effect.logInfo("1")
        yield* Effect.logInfo("2")
        assert.deepStrictEqual(sink.writes, [])
        assert.match(yield* sink.written, / 1\n.* 2\n$/)
        assert.lengthOf(sink.writes, 1)
        yield* Effect.logInfo("3")
      }).pipe(Effect.provide(Telemetry.layer({ service: "api", level: "info", format: "text", sink })))
      assert.lengthOf(sink.writes, 2)
      assert.match(sink.writes.join(""), / 1\n.* 2\n.* 3\n$/)
    }),
  )
})
