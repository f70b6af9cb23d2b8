import { isJsonObject, isRawNumber } from "@lead-gateway/lossless-json"
import * as Formatter from "effect/Formatter"

/** The most characters of a value that are printed. */
const maxLength = 120

const beginningOf = new RegExp(`^[^]{0,${maxLength}}`, "u")

/**
 * Prints a value of a document: as JSON, on one line, at most the first 120 characters.
 *
 * Keeps every digit of a long number, also of a nested one. Escapes control characters. Prints a value that is not
 * JSON (a function, a `Map`) in a readable form, and `undefined` as `nothing`. Visits no more of a large or deep value
 * than it prints. Example: `printValue({ a: ["x"] })` is `{"a":["x"]}`.
 */
export const printValue = (value: unknown): string => {
  if (value === undefined) return "nothing"
  let text = ""
  for (const piece of piecesOf(value)) {
    text += piece
    // A character takes at most two UTF-16 code units. Each level of nesting prints one, which also bounds the recursion.
    if (text.length > 2 * maxLength) break
  }
  return shorten(oneLine(text))
}

/** The first 120 characters of a text and `…`, or a shorter text as it is. Never cuts a character in two. */
export const shorten = (text: string): string => {
  const [beginning = ""] = beginningOf.exec(text) ?? []
  return beginning === text ? text : `${beginning}…`
}

/** Control characters, line separators, lone surrogates and direction marks, which could fake or garble a line. */
const misleading = /[\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}]/gu

/** Escapes the misleading characters of a text as JSON does: a line feed becomes `\u000a`. */
export const oneLine = (text: string): string =>
  text.replace(misleading, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`)

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
