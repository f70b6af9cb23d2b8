import { isBlank } from "@lead-gateway/lead-field"
import { isRawNumber, type Json, type RawNumber } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import type { OmittedAttributeReason } from "../MapReport.ts"
import { compareDecimals, type Decimal, decimalOf, numberProblem } from "./decimal.ts"
import type { Dropdown } from "./synonyms.ts"

/** The result of validating an invalid value. A class, to be distinct from every value that may be sent. */
export class Invalid {
  readonly reason: OmittedAttributeReason

  constructor(reason: OmittedAttributeReason) {
    this.reason = reason
  }
}

/** One instance for each reason, so that an invalid value allocates no memory. */
export const invalid = {
  wrong_type: new Invalid("wrong_type"),
  blank: new Invalid("blank"),
  not_a_number: new Invalid("not_a_number"),
  ambiguous_number: new Invalid("ambiguous_number"),
  not_an_allowed_value: new Invalid("not_an_allowed_value"),
  out_of_range: new Invalid("out_of_range"),
  not_formattable: new Invalid("not_formattable"),
  too_few_items: new Invalid("too_few_items"),
  too_many_items: new Invalid("too_many_items"),
  unread: new Invalid("unread"),
} as const satisfies Record<OmittedAttributeReason, Invalid>

/** A text or a number, which attributes have as values. */
type Scalar = string | number | RawNumber

/** Makes the function that says why a value is invalid for its attribute; `undefined` if it is valid. */
export const checkerOf = (
  { attribute_type, is_numeric, values, min, max }: AttributeDefinition,
  dropdown: Dropdown | undefined,
): ((value: unknown) => Invalid | undefined) => {
  const [minimum, maximum] = [boundOf(min), boundOf(max)]
  const isOpen = values === null || values.length === 0
  return (value) => {
    if (typeof value === "string") {
      if (isBlank(value)) return invalid.blank
    } else if (typeof value === "number") {
      if (!Number.isFinite(value)) return invalid.not_a_number
    } else if (!isNumber(value)) return invalid.wrong_type
    switch (attribute_type) {
      case "text": {
        const problem = is_numeric ? numberProblem(value) : undefined
        return problem && invalid[problem]
      }
      case "dropdown":
        if (isOpen || dropdown === undefined)
          return typeof value === "string" ? undefined : invalid.wrong_type
        return dropdown.isValue(value) ? undefined : invalid.not_an_allowed_value
      case "range": {
        const problem = numberProblem(value)
        if (problem !== undefined) return invalid[problem]
        const isOutside = isBeyond(value, minimum, -1) || isBeyond(value, maximum, 1)
        return isOutside ? invalid.out_of_range : undefined
      }
    }
  }
}

/** Whether a value is a long number. `JSON.rawJSON` also holds texts, true, false and null. */
const isNumber = (value: unknown): value is RawNumber =>
  isRawNumber(value) && !Number.isNaN(Number.parseFloat(value.rawJSON))

/** A bound of a range: its digits, and the nearest double, which decides in most cases. */
interface Bound {
  readonly double: number
  readonly digits: Decimal
}

/** The bound that `min` or `max` defines; `undefined` for none. */
export const boundOf = (bound: Json | undefined): Bound | undefined => {
  if (typeof bound !== "string" && typeof bound !== "number" && !isRawNumber(bound)) return undefined
  const digits = decimalOf(bound)
  return digits && { double: doubleOf(bound), digits }
}

/** Whether a value is below a bound (`side` -1) or above it (1). */
const isBeyond = (value: Scalar, bound: Bound | undefined, side: -1 | 1): boolean => {
  if (bound === undefined) return false
  const double = doubleOf(value)
  // Rounding keeps the order, so different doubles decide. Equal ones may come from different numbers.
  if (double !== bound.double) return side < 0 ? double < bound.double : double > bound.double
  const digits = decimalOf(value)
  return digits !== undefined && side * compareDecimals(digits, bound.digits) > 0
}

const doubleOf = (value: Scalar): number => Number(isRawNumber(value) ? value.rawJSON : value)
