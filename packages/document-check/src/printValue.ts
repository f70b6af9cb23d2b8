import { isJsonObject, isRawNumber } from "@lead-gateway/lossless-json"
import * as Formatter from "effect/Formatter"
import { oneLine } from "./oneLine.ts"

/** The most characters of a value that are shown. */
const maxLength = 120

const beginningOf = new RegExp(`^[^]{0,${maxLength}}`, "u")

/**
 * Prints a value that stands in a document: as JSON, on one line, the first 120 characters.
 *
 * Every digit of a long number is kept, nested ones too; control characters are escaped; what is no JSON (a
 * function, a `Map`) is printed in some readable way; `undefined` is `nothing`. Looks no further into a large or
 * deep value than it prints. Example: `printValue({ a: ["x"] })` is `{"a":["x"]}`.
 */
export const printValue = (value: unknown): string => {
  if (value === undefined) return "nothing"
  let text = ""
  for (const piece of piecesOf(value)) {
    text += piece
    // A character has two of JavaScript's at most. Each level of nesting prints one, so no depth is a danger.
    if (text.length > 2 * maxLength) break
  }
  return shorten(oneLine(text))
}

/** The first 120 characters of a text and `…`, or the whole of a shorter one. No character is cut in two. */
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
