import { Schema, SchemaTransformation } from "effect"

/**
 * A moment on the wire: ISO 8601 in UTC, `2026-01-21T10:35:00Z`, with milliseconds only where there are any,
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
        encode: (date: Date) => date.toISOString().replace(".000Z", "Z"),
      }),
    ),
  )
