import { daysIn } from "@lead-gateway/lead-field"
import { isRawNumber, type Json, type RawNumber } from "@lead-gateway/lossless-json"
import type { Format, FormatStep } from "../Format.ts"
import { decimalOf, isWhole, jsonNumberOf, print, rounded } from "./decimal.ts"

/** Formats a value; `undefined` if the format cannot be applied to it. */
export type Writer = (value: Json) => Json | undefined

/** Compiles a format; `undefined` if there is none, so that values are sent unchanged. */
export const compileFormat = (format: Format | undefined): Writer | undefined => {
  if (format === undefined) return undefined
  if (!isList(format)) return writerOf(format)
  const writers = format.map(writerOf)
  return (value) => {
    let written: Json | undefined = value
    for (const write of writers) {
      if (written === undefined) return undefined
      written = write(written)
    }
    return written
  }
}

const isList = (format: Format): format is ReadonlyArray<FormatStep> => Array.isArray(format)

/** A text, number or boolean as JSON writes it, a text without quotes; `undefined` for null, lists and objects. */
export const spellingOf = (value: Json): string | undefined => {
  switch (typeof value) {
    case "string":
      return value
    case "number":
      return Number.isFinite(value) ? String(value) : undefined
    case "boolean":
      return String(value)
    default:
      return isRawNumber(value) ? value.rawJSON : undefined
  }
}

const writerOf = (step: FormatStep): Writer => {
  switch (step.as) {
    case "text":
      return spellingOf
    case "number":
      return numberWriter(step.decimals)
    case "integer":
      return (value) => {
        const decimal = isNumeric(value) ? decimalOf(value) : undefined
        return decimal && isWhole(decimal) ? jsonNumberOf({ ...decimal, fraction: "" }) : undefined
      }
    case "decimal": {
      const { decimals, decimal_mark: mark = ".", group_mark: group = "" } = step
      return (value) => {
        const decimal = isNumeric(value) ? decimalOf(value) : undefined
        return decimal && print(decimals === undefined ? decimal : rounded(decimal, decimals), mark, group)
      }
    }
    case "words": {
      const words = new Map<string | undefined, Json>(Object.entries(step.words))
      return (value) => words.get(spellingOf(value))
    }
    case "date":
      return ofText(dateFormatter(step.pattern))
    case "upper":
      return ofText((text) => text.toUpperCase())
    case "lower":
      return ofText((text) => text.toLowerCase())
    case "truncate":
      return ofText((text) => beginningOf(text, step.length))
    case "phone":
      return ofText((text) => (e164.test(text) ? step.prefix + text.slice(1) : undefined))
  }
}

const ofText =
  (write: (text: string) => string | undefined): Writer =>
  (value) =>
    typeof value === "string" ? write(value) : undefined

const isNumeric = (value: Json): value is string | number | RawNumber =>
  typeof value === "string" || typeof value === "number" || isRawNumber(value)

const numberWriter =
  (decimals: number | undefined): Writer =>
  (value) => {
    if (!isNumeric(value)) return undefined
    if (decimals === undefined && typeof value !== "string") return value
    const decimal = decimalOf(value)
    return decimal && jsonNumberOf(decimals === undefined ? decimal : rounded(decimal, decimals))
  }

/** https://www.itu.int/rec/T-REC-E.164: at most 15 digits, the first of a country code is not 0. */
const e164 = /^\+[1-9]\d{1,14}$/

/** The first characters of a text, by code points: surrogate pairs are not split. */
export const beginningOf = (text: string, length: number): string => {
  if (text.length <= length) return text
  let end = 0
  for (let count = 0; count < length && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}

/** A date of ISO 8601 with an optional time and offset; seconds may have a fraction. */
const isoDate =
  /^(\d{4})-(\d{2})-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,]\d+)?)?(?:Z|[+-]\d{2}(?::?\d{2})?)?)?$/

/** The parts of a pattern, in the order of the groups of {@link isoDate}. */
const dateParts = ["YYYY", "MM", "DD", "HH", "mm", "ss"]

/**
 * Makes the function that formats a date of ISO 8601 by a pattern, without time zone conversion.
 *
 * It returns `undefined` for a date that does not exist (30 February), and for one without the hour, minute or second
 * that the pattern needs.
 */
const dateFormatter = (pattern: string): ((text: string) => string | undefined) => {
  const pieces = pattern.split(/(YYYY|MM|DD|HH|mm|ss)/)
  return (text) => {
    const [, ...parts] = isoDate.exec(text.trim()) ?? []
    if (!isDate(parts)) return undefined
    let written = ""
    for (const piece of pieces) {
      const index = dateParts.indexOf(piece)
      const part = index === -1 ? piece : parts[index]
      if (part === undefined) return undefined
      written += part
    }
    return written
  }
}

const isDate = ([year, month, day, hour, minute, second]: ReadonlyArray<string | undefined>): boolean =>
  isUpTo(12, month, 1) &&
  isUpTo(daysIn(Number(year), Number(month)), day, 1) &&
  isUpTo(23, hour) &&
  isUpTo(59, minute) &&
  isUpTo(60, second) // a leap second is one

/** An absent part is valid, except the day and the month. */
const isUpTo = (last: number, part: string | undefined, first = 0): boolean =>
  part === undefined ? first === 0 : Number(part) >= first && Number(part) <= last
