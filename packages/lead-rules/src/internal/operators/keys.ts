/** The keys that conditions of several operators share. */
import { Shape } from "@lead-gateway/document-check"
import { PlainPathOrDotText } from "@lead-gateway/lead-field"

/** A path, or `.` for the value itself: an item inside `some_item` and `every_item`. */
export const Field = Shape.annotate(PlainPathOrDotText, {
  identifier: "Field",
  description:
    "The path to the field: keys separated by dots (house.is_owner), an index for an item of a list (questions.0). A dot inside a key is written \\. and an empty key \\e ; a single dot is the item itself, inside some_item and every_item.",
})

const expectedValue = "a text that is not blank, a finite number, true or false"

/** A value that a field may be compared with. No blank text: a blank field counts as missing. */
const Value = Shape.union([Shape.notBlank, Shape.exactNumber({ expected: expectedValue }), Shape.boolean()], {
  expected: expectedValue,
})

/** One value to compare with. */
export const SingleValue = Shape.annotate(Value, {
  identifier: "Value",
  description:
    'A text, a number, true or false. The type counts: true is not "true", and 1 is not "1". Texts are compared as they came.',
})

/** A list with at least one item. */
export const listOf = <T>(item: Shape.Shape<T>, expected: string, description: string) =>
  Shape.list(item, { minimum: 1, expected, description })

/** Several values to compare with. */
export const ValueList = listOf(
  Value,
  "a list of texts, numbers, true and false, with at least one item",
  "Texts, numbers, true or false; thousands cost no more than one.",
)

/** A text to look for inside a text. */
export const Text = Shape.text({
  form: /[\s\S]/u,
  expected: "a text with at least one character",
  description: "The text to look for, as it is: no pattern.",
})

/** Whether a missing field meets the condition. */
export const Optional = Shape.boolean({
  identifier: "Optional",
  description:
    "true: a field that is missing (absent, null or blank) meets this. Without it a missing field rejects the lead with MISSING_REQUIRED_FIELD.",
})

/** Whether capital and small letters are the same. */
export const IgnoreCase = Shape.boolean({
  identifier: "IgnoreCase",
  description: "true: capital and small letters are the same.",
})

/** Whether a text that spells a number is read as that number. */
export const AllowText = Shape.boolean({
  identifier: "AllowText",
  description:
    'true: a text that spells a number in decimal notation ("5000", " 2.5 ", "1e3") is read as that number. "5.000" is none: it is five or five thousand.',
})

/** Whether a number must be whole. */
export const Integer = Shape.literals([true], { description: "true: the number must be whole." })

/** A limit on a number. */
export const limit = (description: string) => Shape.exactNumber({ expected: "a finite number", description })

/** A limit on a count, `least` or more. */
export const count = (least: 0 | 1, description: string) =>
  Shape.integer({ minimum: least, expected: `a whole number from ${least} on`, description })

/** The key that tells conditions apart. */
export const operatorKey = <Name extends string>(name: Name, description: string) =>
  Shape.literals([name], { description })
