import { type Path, type Report, Shape } from "@lead-gateway/document-check"

const as = <const As extends string>(value: As) => Shape.literals([value])

const step = <const F extends Shape.Fields & { readonly as: Shape.Shape<string> }>(
  description: string,
  fields: F,
) =>
  Shape.object<F>(
    { ...fields, as: Shape.annotate(fields.as, { description }) },
    { expected: `an object with the keys ${Object.keys(fields).join(", ")}`, description },
  )

const wholeNumber = (minimum: number, maximum: number, description: string) =>
  Shape.integer({ minimum, maximum, expected: `a whole number from ${minimum} to ${maximum}`, description })

const decimals = Shape.optional(
  wholeNumber(
    0,
    20,
    "How many decimals; a half is rounded away from zero (2.5 is 3). As many as there are by default.",
  ),
)

const mark = <const Marks extends ReadonlyArray<string>>(marks: Marks, description: string) =>
  Shape.optional(Shape.literals(marks, { description }))

const scalarExpected = "a text, a number, true or false"

/** A text, a number, true or false. */
const scalar = Shape.union(
  [
    Shape.text({ expected: scalarExpected }),
    Shape.exactNumber({ expected: scalarExpected }),
    Shape.boolean(),
  ],
  { expected: scalarExpected },
)

/** The steps of formats, discriminated by `as`. */
const steps = [
  step("A text: of a number every digit, of true and false their names.", { as: as("text") }),
  step('A JSON number: 5000 of "5000", without losing a digit.', { as: as("number"), decimals }),
  step('A JSON number without decimals. A value with decimals is omitted: round with "number".', {
    as: as("integer"),
  }),
  step('A text in decimal notation: "1.234,50" of 1234.5.', {
    as: as("decimal"),
    decimals,
    decimal_mark: mark([".", ","], 'The decimal mark; "." by default.'),
    group_mark: mark([".", ",", " ", "'"], "The mark between groups of three digits; none by default."),
  }),
  step("The customer's word for each value. A value without one is omitted.", {
    as: as("words"),
    words: Shape.record(scalar, {
      isFilled: true,
      expected: "an object with a word for each value",
      description: 'What is sent for each value: { "true": "Ja", "false": "Nein" }.',
    }),
  }),
  step("A date, or a date and time, of ISO 8601 in another notation. No time zone is changed.", {
    as: as("date"),
    pattern: Shape.text({
      form: /^(?=.*(?:YYYY|MM|DD|HH|mm|ss))(?:YYYY|MM|DD|HH|mm|ss|T|[^A-Za-z])+$/u,
      expected: "a pattern of YYYY, MM, DD, HH, mm, ss, T and marks, such as DD.MM.YYYY",
      description: "The pattern: YYYY, MM, DD, HH, mm, ss, T and marks.",
    }),
  }),
  step("A text in capital letters.", { as: as("upper") }),
  step("A text in small letters.", { as: as("lower") }),
  step("The beginning of a text.", {
    as: as("truncate"),
    length: wholeNumber(1, 100_000, "The number of characters. Surrogate pairs are not split."),
  }),
  step("A phone number in E.164 (+49681123) with another beginning.", {
    as: as("phone"),
    prefix: Shape.literals(["00", ""], {
      description: 'What replaces the +: "00" makes 0049681123, "" makes 49681123.',
    }),
  }),
] as const

const FormatStep = Shape.variants("as", steps, {
  expected:
    'an object with the key as: "text", "number", "integer", "decimal", "words", "date", "upper", "lower", "truncate" or "phone"',
})

/** One step of a {@link Format}. */
export type FormatStep = Shape.TypeOf<typeof FormatStep>

/**
 * How a value is written for the customer: one step, or several applied in order. A value to which a step cannot be applied
 * is omitted.
 */
export type Format = FormatStep | ReadonlyArray<FormatStep>

/** The shape of a {@link Format}. */
export const Format: Shape.Shape<Format> = Shape.union(
  [FormatStep, Shape.list(FormatStep, { minimum: 1, expected: "a list of at least one step" })],
  {
    expected: 'a format such as { "as": "text" }, or a list of them',
    identifier: "Format",
    description: "How the value is formatted: one step, or several applied in order.",
  },
)

/** Reports a decimal format with the same mark for groups and decimals, which a shape cannot express: `1.234.5`. */
export const reportFormat = (report: Report, path: Path, format: Format | undefined): void => {
  for (const [index, step] of [format ?? []].flat().entries()) {
    if (step.as !== "decimal") continue
    const { decimals, decimal_mark: mark = ".", group_mark: group } = step
    // Without decimals there is no decimal mark.
    if (group !== mark || decimals === 0) continue
    const at = Array.isArray(format) ? [...path, index] : path
    report([...at, "group_mark"], group, `another mark than decimal_mark, which is ${JSON.stringify(mark)}`)
  }
}
