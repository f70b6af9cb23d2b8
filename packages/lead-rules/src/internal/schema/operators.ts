/** What each operator on one field asks for, and the keys that it takes. */
import { expected } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { patternMistake } from "../pattern.ts"
import { DateLimit, SpanLimit } from "./dates.ts"
import {
  AllowText,
  count,
  IgnoreCase,
  Integer,
  leaf,
  limit,
  SingleValue,
  Text,
  twoValued,
  ValueList,
} from "./keys.ts"
import { ZipCodes, ZipPrefixes, ZipRanges } from "./zips.ts"

const Pattern = Schema.String.annotate({
  ...expected("a pattern in RE2 syntax"),
  description:
    "A regular expression in RE2 syntax (no look-around, no back references), searched for: anchor it with ^ and $ to match the whole text. \\d, \\w and \\s are ASCII; $ is the very end of the text.",
}).check(
  Schema.makeFilter((text: string) => {
    const mistake = patternMistake(text)
    return mistake === undefined || `Expected a pattern in RE2 syntax (${mistake})`
  }),
)

const kinds = ["text", "number", "boolean", "list", "object"] as const

const Kind = Schema.Literals(kinds).annotate({
  ...expected(kinds.map((kind) => `"${kind}"`).join(" or ")),
  description: "The kind of value; any number is a number, however many digits it has.",
})

/** The operators that look at one field and hold no further condition, by their name. */
export const fieldOperators = {
  present: twoValued("present", "The field must be there: neither absent, nor null, nor a blank text."),
  absent: twoValued("absent", "The field must not be there: absent, null or a blank text."),
  equals: leaf("equals", "The field must be exactly this value, of this type.", {
    value: SingleValue,
    ignore_case: IgnoreCase,
  }),
  not_equals: leaf("not_equals", "The field must be there and be anything but this value.", {
    value: SingleValue,
    ignore_case: IgnoreCase,
  }),
  one_of: leaf("one_of", "The field must be exactly one of these values.", {
    values: ValueList,
    ignore_case: IgnoreCase,
  }),
  none_of: leaf("none_of", "The field must be there and be none of these values.", {
    values: ValueList,
    ignore_case: IgnoreCase,
  }),
  type: leaf("type", "The field must be a value of this kind.", { type: Kind }),
  starts_with: leaf("starts_with", "The field must be a text that begins with this text.", {
    value: Text,
    ignore_case: IgnoreCase,
  }),
  ends_with: leaf("ends_with", "The field must be a text that ends with this text.", {
    value: Text,
    ignore_case: IgnoreCase,
  }),
  contains: leaf("contains", "The field must be a text with this text somewhere in it.", {
    value: Text,
    ignore_case: IgnoreCase,
  }),
  pattern: leaf(
    "pattern",
    "The field must be a text in which the pattern is found; it takes time in proportion to the text, whatever the pattern.",
    { pattern: Pattern },
  ),
  length: leaf("length", "The field must be a text of so many characters (code points).", {
    min: count(1, "The least number of characters."),
    max: count(1, "The largest number of characters."),
  }),
  range: leaf("range", "The field must be a number within these limits, compared exactly, digit by digit.", {
    min: limit("The number is at least this."),
    max: limit("The number is at most this."),
    above: limit("The number is more than this."),
    below: limit("The number is less than this."),
    integer: Integer,
    allow_text: AllowText,
  }),
  date: leaf(
    "date",
    "The field must be an ISO 8601 date (2026-03-31) or date and time (2026-03-31T14:30:00+02:00; UTC where no offset is given) within these limits. Days are days in UTC.",
    {
      from: DateLimit("The first day or moment that will do."),
      to: DateLimit("The last day or moment that will do: of a day, all of it."),
      min_age: SpanLimit('At least so long ago: "18 years" for a date of birth.'),
      max_age: SpanLimit("At most so long ago, and not in the future unless max_ahead says how far."),
      min_ahead: SpanLimit('At least so far ahead: "2 weeks".'),
      max_ahead: SpanLimit("At most so far ahead, and not in the past unless max_age says how far."),
    },
  ),
  items: leaf("items", "The field must be a list of so many items.", {
    min: count(0, "The least number of items."),
    max: count(0, "The largest number of items."),
  }),
  includes: leaf("includes", "The field must be a list with an item that is exactly this value.", {
    value: SingleValue,
    ignore_case: IgnoreCase,
  }),
  zip: leaf(
    "zip",
    "The field must be a text that is one of these codes, in one of these ranges or begins with one of these prefixes; thousands cost no more than one.",
    { codes: ZipCodes, ranges: ZipRanges, prefixes: ZipPrefixes },
  ),
}
