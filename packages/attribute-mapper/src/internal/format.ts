import { isRawNumber, type Json, type RawNumber } from "@lead-gateway/lossless-json"
import type { Format, FormatStep } from "../Format.ts"
import { dateWriter } from "./date.ts"
import { decimalOf, isWhole, jsonNumberOf, print, rounded } from "./decimal.ts"

/** Writes a value; `undefined` when it is of a kind that cannot be written so. */
export type Writer = (value: Json) => Json | undefined

/** Makes a format ready; `undefined` where there is none, so that values are sent as they came. */
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

/** How a text, a number or a boolean is spelled in JSON (a text without its quotes); else `undefined`. */
export const spellingOf = (value: Json): string | undefined => {
  switch (typeof value) {
    case "string":
      return value
    case "number":
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
      return ofText(dateWriter(step.pattern))
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

/** The first characters of a text; a character that takes two of JavaScript's is not cut in two. */
export const beginningOf = (text: string, length: number): string => {
  if (text.length <= length) return text
  let end = 0
  for (let count = 0; count < length && end < text.length; count++) {
    end += (text.codePointAt(end) ?? 0) > 0xffff ? 2 : 1
  }
  return text.slice(0, end)
}
