import { parse, type RawNumber } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import type { Notation } from "../FieldDeclaration.ts"
import { cleanFold } from "./text.ts"

/** Longer texts are not read as numbers. */
const maxLength = 400

/**
 * Reads a number in German or English notation; `undefined` if the text is not a number or is ambiguous.
 *
 * One of `units`, which are clean and in lower case, may stand before or after the number.
 */
export const readNumber = (
  text: string,
  { notation, units }: { readonly notation: Notation | undefined; readonly units: ReadonlyArray<string> },
): number | RawNumber | undefined => {
  if (text.length > maxLength) return undefined
  const bare = withoutUnit(units.length === 0 ? text : cleanFold(text), units)
  const [, sign = "", digits = ""] = /^([+\-\u2212]?)(.+)$/.exec(bare) ?? []
  const source = /^\d+(?:\.\d+)?[eE][+-]?\d+$/.test(digits)
    ? digits.replace(/^0+(?=\d)/, "")
    : (wholeOf(digits) ?? plainOf(digits, separatorsOf(digits, notation)))
  return source === undefined ? undefined : numberIn(sign === "" || sign === "+" ? source : `-${source}`)
}

const withoutUnit = (text: string, units: ReadonlyArray<string>): string => {
  for (const unit of units) {
    if (text.endsWith(unit)) return text.slice(0, -unit.length).trimEnd()
    const rest = text.startsWith(unit) ? text.slice(unit.length) : undefined
    // In `m2120` it is ambiguous where the unit ends.
    if (rest !== undefined && !(/\d$/.test(unit) && /^\d/.test(rest))) return rest.trimStart()
  }
  return text
}

/** Parses a JSON number without losing a digit: of `5e3` the plain number 5000. `undefined` if its exponent is beyond what payloads may have. */
const numberIn = (source: string): number | RawNumber | undefined => {
  const number = Result.getOrUndefined(parse(source, { keepUnsafeIntegers: true }))
  if (typeof number !== "number") return JSON.isRawJSON(number) ? number : undefined
  // Minus zero becomes zero.
  return number === 0 ? 0 : number
}

/** A dash instead of a fraction, after the sign between them; a currency may stand before or after. */
const dashed =
  /^(?:(?:€|eur|euro|chf|fr\.|sfr\.) ?)?(\d[\d.,'’ ]*)([.,])(?:[\u2010-\u2015\u2212]|--?)(?: ?(?:€|eur|euro|chf|fr\.?|sfr\.?))?$/i

/**
 * The JSON number of a whole amount of money as German and Swiss price tags have it, in either notation: `120,-`,
 * `1.234,- €`, `Fr. 1'234.–`. The dash stands for no cents, so nothing in it is ambiguous.
 */
const wholeOf = (text: string): string | undefined => {
  const [, whole = "", decimal] = dashed.exec(text) ?? []
  if (decimal === undefined || whole.includes(decimal)) return undefined
  const group = /[.,'’ ]/.exec(whole)?.[0]
  return plainOf(whole, group === undefined ? {} : { group })
}

/** The JSON number of digits with separators. */
const plainOf = (text: string, separators: Separators | undefined): string | undefined => {
  if (separators === undefined || !/^[\d.,'’ ]+$/.test(text)) return undefined
  const { group, decimal } = separators
  const [integer = "", fraction, ...more] = decimal === undefined ? [text] : text.split(decimal)
  if (more.length > 0 || (fraction !== undefined && !/^\d+$/.test(fraction))) return undefined
  const [first = "", ...groups] = group === undefined ? [integer] : integer.split(group)
  // A leading zero before groups suggests a phone number or a typing error.
  if (!(groups.length === 0 ? /^\d*$/ : /^[1-9]\d{0,2}$/).test(first)) return undefined
  if (!groups.every((digits) => /^\d{3}$/.test(digits))) return undefined
  const whole = (first + groups.join("")).replace(/^0+(?=\d)/, "") || "0"
  return fraction === undefined ? whole : `${whole}.${fraction}`
}

interface Separators {
  readonly group?: string
  readonly decimal?: string
}

/** Which characters separate groups and the fraction; `undefined` if that is ambiguous. */
const separatorsOf = (text: string, notation: Notation | undefined): Separators | undefined => {
  const space = /['’ ]/.exec(text)?.[0]
  const point = text.lastIndexOf(".")
  const comma = text.lastIndexOf(",")
  if (point === -1 && comma === -1) return space === undefined ? {} : { group: space }
  const [last, other] = point > comma ? [".", ","] : [",", "."]
  if (space !== undefined) return { group: space, decimal: last }
  if (point !== -1 && comma !== -1) return { group: other, decimal: last }
  if (text.indexOf(last) !== text.lastIndexOf(last)) return { group: last }
  // A single separator before three digits is ambiguous: 1.234 may have a group or a fraction.
  if (!/^[1-9]\d{0,2}[.,]\d{3}$/.test(text)) return { decimal: last }
  if (notation === undefined) return undefined
  return (notation === "de") === (last === ",") ? { decimal: last } : { group: last }
}
