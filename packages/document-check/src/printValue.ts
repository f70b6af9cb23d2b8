import { isJsonObject, isRawNumber } from "@lead-gateway/lossless-json"
import * as Formatter from "effect/Formatter"
import { oneLine } from "./oneLine.ts"

/** The most characters of a value that are printed. */
const maxLength = 120

const beginningOf = new RegExp(`^[^]{0,${maxLength}}`, "u")

/**
 * Prints a value of a document: as JSON, on one line, at most the first 120 characters.
 *
 * Keeps every digit of a long number, also of a nested one. Shows characters that cannot be seen by their code, as
 * {@link oneLine} does. Prints a value that is not JSON (a function, a `Map`) in a readable form, and `undefined` as
 * `nothing`. Visits no more of a large or deep value than it prints. Example: `printValue({ a: ["x"] })` is
 * `{"a":["x"]}`.
 */
export const printValue = (value: unknown): string => {
  if (value === undefined) return "nothing"
  let text = ""
  for (const piece of piecesOf(value)) {
    text += piece
    // A character takes at most two UTF-16 code units. Each level of nesting prints one, which also bounds the recursion.
    if (text.length > 2 * maxLength) break
  }
  const line = oneLine(text)
  const beginning = shorten(line)
  return beginning === line ? line : beginning.replace(danglingJoiner, "…")
}

/** What is left of an emoji that was cut: a joiner, or tags of a flag, which nobody sees. */
const danglingJoiner = /[\u200d\u{e0020}-\u{e007f}]+…$/u

/** The first 120 characters of a text and `…`, or a shorter text as it is. Never cuts a character in two. */
export const shorten = (text: string): string => {
  const [beginning = ""] = beginningOf.exec(text) ?? []
  return beginning === text ? text : `${beginning}…`
}

function* piecesOf(value: unknown): Generator<string> {
  if (isRawNumber(value)) yield value.rawJSON
  else if (Array.isArray(value)) {
    yield "["
    for (const [index, item] of (value as ReadonlyArray<unknown>).entries()) {
      if (index > 0) yield ","
      yield* piecesOf(item)
    }
    yield "]"
  } else if (isJsonObject(value) && isPlain(value)) {
    yield "{"
    for (const [index, key] of Object.keys(value).entries()) {
      yield `${index > 0 ? "," : ""}${JSON.stringify(key)}:`
      yield* piecesOf(value[key])
    }
    yield "}"
  } else yield Formatter.format(value)
}

const isPlain = (value: object): boolean => {
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null
}
