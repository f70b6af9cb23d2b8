/** How single values are written on the wire: any JSON, times, and whole numbers in paths and queries. */
import { isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { Schema, SchemaTransformation } from "effect"

/**
 * Any JSON, passed through unchanged: `12345678901234567890` is sent with every digit.
 *
 * Not `Schema.Json`, which checks the whole value and rejects the numbers that keep their digits (`JSON.rawJSON`). A
 * client that reads answers with `JSON.parse` still rounds such numbers.
 */
export const AnyJson: Schema.Codec<Json> = Schema.declare((value): value is Json => value !== undefined, {
  toCodecJson: () => undefined,
  description: "Any JSON. Numbers keep every digit.",
})

/** Any JSON object, passed through unchanged. */
export const AnyJsonObject: Schema.Codec<JsonObject> = Schema.declare(isJsonObject, {
  toCodecJson: () => undefined,
  description: "Any JSON object. Numbers keep every digit.",
})

const timeText = (date: Date): string => date.toISOString().replace(".000Z", "Z")

/**
 * A time: ISO 8601 in UTC, `2026-01-21T10:35:00Z`. Milliseconds are written unless they are zero:
 * `2026-01-21T10:35:00.120Z`.
 */
export const Timestamp: Schema.Codec<Date, string> = Schema.String.annotate({
  format: "date-time",
  examples: ["2026-01-21T10:35:00Z"],
})
  .check(Schema.isPattern(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,9})?Z$/))
  .pipe(
    Schema.decodeTo(
      Schema.Date,
      SchemaTransformation.transform({
        decode: (text: string) => new Date(text),
        encode: timeText,
      }),
    ),
  )

const timeIs = "a time such as 2026-01-21T10:35:00Z, or a day such as 2026-01-21"

/**
 * A time in a request: ISO 8601 with its offset, or a day in UTC. `2026-01-21T10:35:00Z`, `2026-01-21T11:35:00+01:00`,
 * `2026-01-21`. A `+` that a sender did not encode in a query comes as a space. The error does not repeat
 * what was sent.
 */
export const TimeParameter: Schema.Codec<Date, string> = Schema.String.annotate({
  message: timeIs,
})
  .check(Schema.makeFilter((text) => isTime(text), { message: timeIs }))
  .pipe(
    Schema.decodeTo(
      Schema.Date,
      SchemaTransformation.transform({
        decode: (text: string) => new Date(text.replace(" ", "+")),
        encode: timeText,
      }),
    ),
  )

const isTime = (text: string): boolean =>
  /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,9})?)?(Z|[+\- ]\d\d:\d\d))?$/.test(text) &&
  isDay(text.slice(0, 10)) &&
  isStorable(text.replace(" ", "+"))

/** Postgres has no year 0, and does not read the form in which `Date` writes years after 9999. */
const isStorable = (text: string): boolean => {
  const at = Date.parse(text)
  return at >= firstMs && at < endMs
}
const firstMs = Date.parse("0001-01-01T00:00:00Z")
const endMs = Date.parse("+010000-01-01T00:00:00Z")

/** `Date` takes 30 February for a day in March. */
const isDay = (day: string): boolean => {
  const at = Date.parse(day)
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(day)
}

/**
 * A whole number in a path or query, written in plain digits. `expected` completes the error "… must be …".
 *
 * Not `NumberFromString`, which also accepts `1e2`, `+5` and `0x10`.
 */
export const numberParameter = <A extends number>(
  target: Schema.Codec<A, number>,
  expected: string,
): Schema.Codec<A, string> => {
  const fits = Schema.is(target)
  return Schema.String.annotate({ message: expected })
    .check(
      Schema.makeFilter((text) => /^[1-9]\d{0,15}$/.test(text) && fits(Number(text)), { message: expected }),
    )
    .pipe(
      Schema.decodeTo(
        target,
        SchemaTransformation.transform({ decode: (text: string) => Number(text), encode: String }),
      ),
    )
}
