/** The keys that conditions of several operators share. */
import { expected, textOf } from "@lead-gateway/document-check/schema"
import { FieldPathText } from "@lead-gateway/lead-field/schema"
import * as Schema from "effect/Schema"

/** A path, or `.` for the value itself: an item inside `some_item` and `every_item`. */
export const Field = Schema.Union([FieldPathText, Schema.Literal(".")]).annotate({
  ...expected("a path such as house.is_owner, without an empty segment"),
  identifier: "Field",
  description:
    "The path to the field: keys separated by dots (house.is_owner), an index for an item of a list (questions.0). A dot inside a key is written \\. ; a single dot is the item itself, inside some_item and every_item.",
})

/** A value that a field may be compared with. No blank text: a blank field counts as missing. */
const Value = Schema.Union([
  textOf(/[^\s\u0085]/u, "a text that is not blank"),
  Schema.Finite,
  Schema.Boolean,
])

const expectedValue = "a text that is not blank, a finite number, true or false"

/** One value to compare with. */
export const SingleValue = Value.annotate({
  identifier: "Value",
  ...expected(expectedValue),
  description:
    'A text, a number, true or false. The type counts: true is not "true", and 1 is not "1". Texts are compared as they came.',
})

/** A list with at least one item. */
export const listOf = <S extends Schema.Constraint>(item: S, allowed: string, description: string) =>
  Schema.Array(item)
    .annotate({ ...expected(allowed), description })
    .check(Schema.isMinLength(1, expected(allowed)))

/** Several values to compare with. */
export const ValueList = listOf(
  Value.annotate(expected(expectedValue)),
  "a list of texts, numbers, true and false, with at least one item",
  "Texts, numbers, true or false; thousands cost no more than one.",
)

/** A text to look for inside a text. */
export const Text = Schema.String.annotate({
  ...expected("a text with at least one character"),
  description: "The text to look for, as it is: no pattern.",
}).check(Schema.isMinLength(1, expected("a text with at least one character")))

const flag = (identifier: string, description: string) =>
  Schema.optionalKey(Schema.Boolean.annotate({ ...expected("true or false"), identifier, description }))

/** Whether a missing field meets the condition. */
export const Optional = flag(
  "Optional",
  "true: a field that is missing (absent, null or blank) meets this. Without it a missing field rejects the lead with MISSING_REQUIRED_FIELD.",
)

/** Whether capital and small letters are the same. */
export const IgnoreCase = flag("IgnoreCase", "true: capital and small letters are the same.")

/** Whether a text that spells a number is read as that number. */
export const AllowText = flag(
  "AllowText",
  'true: a text that spells a number in decimal notation ("5000", " 2.5 ", "1e3") is read as that number.',
)

/** Whether a number must be whole. */
export const Integer = Schema.optionalKey(
  Schema.Literal(true).annotate({ ...expected("true"), description: "true: the number must be whole." }),
)

/** A finite number; values of other types get the same message. */
const number = (allowed: string, description: string) =>
  Schema.Number.annotate({ ...expected(allowed), description }).check(Schema.isFinite(expected(allowed)))

/** A limit on a number. */
export const limit = (description: string) => Schema.optionalKey(number("a finite number", description))

/** A limit on a count, `least` or more. */
export const count = (least: 0 | 1, description: string) => {
  const allowed = `a whole number from ${least} on`
  return Schema.optionalKey(
    number(allowed, description).check(
      Schema.isInt(expected(allowed)),
      Schema.isGreaterThanOrEqualTo(least, expected(allowed)),
    ),
  )
}

/** The key that tells conditions apart. */
export const operatorKey = <Name extends string>(name: Name, description: string) =>
  Schema.Literal(name).annotate({ ...expected(`"${name}"`), description })
