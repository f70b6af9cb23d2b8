import { assert, describe, it } from "@effect/vitest"
import { LineLog, type LineValue } from "@lead-gateway/runtime"
import { Effect, Schema } from "effect"
import { TestClock } from "effect/testing"
import { linesOf } from "./memorySink.ts"

const at = Date.UTC(2026, 0, 21, 10, 35, 0, 123)
const formats = ["json", "text"] as const
const levels = ["debug", "info", "warn", "error"] as const
const logs = {
  debug: Effect.logDebug,
  info: Effect.logInfo,
  warn: Effect.logWarning,
  error: Effect.logError,
} as const

/** The output of a prepared line, and that of Effect's logger for the same content. */
const both = (
  format: (typeof formats)[number],
  level: (typeof levels)[number],
  message: string,
  fields: Readonly<Record<string, LineValue>>,
) =>
  linesOf(
    Effect.gen(function* () {
      yield* TestClock.setTime(at)
      const log = yield* LineLog
      log.prepare(level, message, Object.keys(fields))(...Object.values(fields))
      const given = Object.fromEntries(Object.entries(fields).filter(([, value]) => value !== undefined))
      yield* Effect.annotateLogs(logs[level](message), given)
    }),
    { format, level: "debug" },
  )

const Value = Schema.Union([
  Schema.String,
  Schema.Number,
  Schema.Boolean,
  Schema.Null,
  Schema.Undefined,
  Schema.Literals(["plain", "two words", 'a "quote"', "a\\b", "a=b", "", "line\nbreak", "\u0085\u2028"]),
])

describe("a prepared line", () => {
  it.effect.each(formats)("is the line of Effect's logger, as %s", (format) =>
    Effect.gen(function* () {
      const fields = {
        attempt: 2,
        success: true,
        lead_id: 7,
        correlation_id: "abc-1",
        status_code: undefined,
      }
      const [line, same] = yield* both(format, "info", "lead delivered", fields)
      assert.strictEqual(line, same)
      if (format === "json")
        assert.strictEqual(
          line,
          '{"timestamp":"2026-01-21T10:35:00.123Z","level":"info","message":"lead delivered","service":"api",' +
            '"correlation_id":"abc-1","lead_id":7,"attempt":2,"success":true}',
        )
    }),
  )

  it.effect.prop(
    "is the line of Effect's logger, whatever stands in it",
    [
      Schema.Literals(formats),
      Schema.Literals(levels),
      Schema.String,
      // An object would enumerate numeric names in another order.
      Schema.Record(
        Schema.Literals(["lead_id", "correlation_id", "level", "error", "x", "a b", 'q"', "n\n"]),
        Value,
      ),
    ],
    ([format, level, message, fields]) =>
      Effect.gen(function* () {
        const [line, same, ...others] = yield* both(format, level, message, fields)
        assert.strictEqual(line, same)
        assert.isEmpty(others)
      }),
  )

  it.effect("has the time at which it is written", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(
        Effect.gen(function* () {
          const line = (yield* LineLog).prepare("info", "x", [])
          for (const ms of [at, at, at + 1, at + 1000]) {
            yield* TestClock.setTime(ms)
            line()
          }
        }),
      )
      assert.deepStrictEqual(
        lines.map((line) => /T(.*)Z/.exec(line)?.[1]),
        ["10:35:00.123", "10:35:00.123", "10:35:00.124", "10:35:01.123"],
      )
    }),
  )

  it.effect("is not written below the level of the log", () =>
    Effect.gen(function* () {
      for (const [index, minimum] of levels.entries()) {
        const lines = yield* linesOf(
          Effect.map(LineLog, (log) => {
            for (const level of levels) log.prepare(level, level, [])()
          }),
          { level: minimum },
        )
        assert.deepStrictEqual(
          lines.map((line) => /"message":"(\w+)"/.exec(line)?.[1]),
          levels.slice(index),
        )
      }
    }),
  )

  it.effect("goes nowhere without a log", () =>
    Effect.map(LineLog, (log) => assert.isUndefined(log.prepare("error", "x", ["n"])(1))),
  )

  it.live("is written together with the others of its turn, in their order", () =>
    Effect.gen(function* () {
      const lines = yield* linesOf(
        Effect.gen(function* () {
          const line = (yield* LineLog).prepare("info", "prepared", ["n"])
          yield* Effect.logInfo("first")
          line(1)
          yield* Effect.logInfo("last")
        }),
        { format: "text" },
      )
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/^.* INFO {2}/, "")),
        ["first", "prepared n=1", "last"],
      )
    }),
  )
})
