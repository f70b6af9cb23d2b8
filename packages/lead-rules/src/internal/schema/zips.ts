import { textOf } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
import { listOf } from "./keys.ts"

const expectedRange =
  'a range such as "66000-66999": as many digits on both sides, at most 10, the lower first'

const sameLength = Array.from({ length: 10 }, (_, index) => `\\d{${index + 1}}-\\d{${index + 1}}`).join("|")

const rangeForm = new RegExp(`^(?:${sameLength})$`, "u")

const ZipRange = textOf(rangeForm, expectedRange).check(
  Schema.makeFilter((range: string) => {
    const [from = "", to = ""] = range.split("-")
    // A text of another form has been reported already.
    return !rangeForm.test(range) || from <= to || `Expected ${expectedRange}`
  }),
)

const ZipPrefix = textOf(
  /^[0-9A-Za-z][0-9A-Za-z -]{0,11}\*$/u,
  'the beginning of a code and a star, such as "66*"',
)

const ZipCode = textOf(
  /^[0-9A-Za-z](?:[0-9A-Za-z -]{0,11}[0-9A-Za-z])?$/u,
  'a code such as "66123", in quotation marks: letters, digits, spaces and hyphens',
)

/** Whole codes. */
export const ZipCodes = Schema.optionalKey(
  listOf(ZipCode, "a list of codes with at least one item", 'Codes, as texts: "66123", "SW1A 1AA".'),
)

/** Ranges of codes that consist of digits. */
export const ZipRanges = Schema.optionalKey(
  listOf(
    ZipRange,
    "a list of ranges with at least one item",
    'Ranges, both ends included: "66000-66999" takes every code of five digits from 66000 to 66999.',
  ),
)

/** Prefixes of codes. */
export const ZipPrefixes = Schema.optionalKey(
  listOf(
    ZipPrefix,
    "a list of prefixes with at least one item",
    'Beginnings of codes: "66*" takes all that begins with 66.',
  ),
)
