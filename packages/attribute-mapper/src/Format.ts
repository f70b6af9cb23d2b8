import { expected, textOf } from "@lead-gateway/document-check"
import { Schema } from "effect"

const step = <const As extends string, Fields extends Schema.Struct.Fields>(
  as: As,
  description: string,
  fields: Fields,
) =>
  Schema.Struct({ as: Schema.Literal(as).annotate({ description }), ...fields }).annotate({
    ...expected(`an object with the keys ${["as", ...Object.keys(fields)].join(", ")}`),
    description,
  })

const wholeNumber = (minimum: number, maximum: number, description: string) => {
  const words = expected(`a whole number from ${minimum} to ${maximum}`)
  return Schema.Int.annotate({ ...words, description }).check(Schema.isBetween({ minimum, maximum }, words))
}

const Decimals = Schema.optionalKey(
  wholeNumber(
    0,
    20,
    "How many decimals; a half is rounded away from zero (2.5 is 3). As many as there are by default.",
  ),
)

const mark = <const Marks extends ReadonlyArray<string>>(marks: Marks, description: string) =>
  Schema.optionalKey(
    Schema.Literals(marks).annotate({
      ...expected(marks.map((text) => JSON.stringify(text)).join(" or ")),
      description,
    }),
  )

/** A text, a number, true or false. */
const Scalar = Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]).annotate(
  expected("a text, a number, true or false"),
)

/** The steps that a value can be formatted by, told apart by `as`. */
const steps = [
  step("text", "A text: of a number every digit, of true and false their names.", {}),
  step("number", 'A JSON number: 5000 of "5000", without losing a digit.', { decimals: Decimals }),
  step("integer", 'A JSON number without decimals. What has some is left out: round with "number".', {}),
  step("decimal", 'A text in decimal notation: "1.234,50" of 1234.5.', {
    decimals: Decimals,
    decimal_mark: mark([".", ","], 'What stands before the decimals; "." by default.'),
    group_mark: mark([".", ",", " ", "'"], "What stands between groups of three digits; nothing by default."),
  }),
  step("words", "The customer's word for each value. A value that has none is left out.", {
    words: Schema.Record(Schema.String, Scalar)
      .check(Schema.isMinProperties(1, expected("an object with a word for each value")))
      .annotate({
        ...expected("an object with a word for each value"),
        description: 'What is sent for each value: { "true": "Ja", "false": "Nein" }.',
      }),
  }),
  step("date", "A date, or a date and time, of ISO 8601 in another notation. No time zone is changed.", {
    pattern: textOf(
      /^(?=.*(?:YYYY|MM|DD|HH|mm|ss))(?:YYYY|MM|DD|HH|mm|ss|T|[^A-Za-z])+$/u,
      "a pattern of YYYY, MM, DD, HH, mm, ss, T and marks, such as DD.MM.YYYY",
      { description: "How it is written: YYYY, MM, DD, HH, mm, ss, T and marks." },
    ),
  }),
  step("upper", "A text in capital letters.", {}),
  step("lower", "A text in small letters.", {}),
  step("truncate", "The beginning of a text.", {
    length: wholeNumber(1, 100_000, "How many characters; none is cut in two."),
  }),
  step("phone", "A phone number in E.164 (+49681123) with another beginning.", {
    prefix: Schema.Literals(["00", ""]).annotate({
      ...expected('"00" or ""'),
      description: 'What stands instead of the +: "00" makes 0049681123, "" makes 49681123.',
    }),
  }),
] as const

const FormatStep = Schema.Union(steps).annotate(
  expected(
    'an object with the key as: "text", "number", "integer", "decimal", "words", "date", "upper", "lower", "truncate" or "phone"',
  ),
)

/** One step of a {@link Format}. */
export type FormatStep = typeof FormatStep.Type

/**
 * How a value is written for the customer: a step, or several one after the other. A value that a step cannot
 * be applied to is left out.
 */
export type Format = FormatStep | ReadonlyArray<FormatStep>

/** The schema of a {@link Format}. */
export const Format: Schema.Codec<Format> = Schema.Union([
  FormatStep,
  Schema.Array(FormatStep).check(Schema.isMinLength(1, expected("a list of at least one step"))),
]).annotate({
  ...expected('a format such as { "as": "text" }, or a list of them'),
  identifier: "Format",
  description: "How the value is written: a step, or several one after the other.",
})
