/** Joins the values of several fields of one object to one text: the area code and the number of a phone. */
import { isRawNumber, type Json } from "@lead-gateway/lossless-json"
import { type Answer, editOf, type Place, placesAt } from "./answers.ts"
import type { Join } from "./SourceTree.ts"
import { isBlankOnceClean } from "./text.ts"

/**
 * What the fields of an object are together; `undefined` if a required one or all of them are missing, or if one is
 * neither a text nor a number nor a boolean, which no text is made of: all of them stay then.
 */
export const joinedOf = (object: Place, join: Join | undefined): Answer | undefined => {
  if (join === undefined) return undefined
  const parts: Array<Place> = []
  const texts: Array<string> = []
  for (const { isRequired, path } of join.parts) {
    const place = placesAt(object, path)[0]
    if (place === undefined || (typeof place.value === "string" && isBlankOnceClean(place.value))) {
      if (isRequired) return undefined
      continue
    }
    const text = textOf(place.value)
    if (text === undefined) return undefined
    parts.push(place)
    texts.push(text)
  }
  const [first] = parts
  if (first === undefined) return undefined
  const text = texts.join(" ").trim()
  return {
    path: object.path,
    before: parts.length > 1 ? parts.map(({ value }) => value) : first.value,
    value: text.startsWith(join.prefix) ? text : `${join.prefix}${text}`,
    edits: parts.map((part) => editOf(part)),
    parts,
    further: () => [],
  }
}

const textOf = (value: Json): string | undefined => {
  if (typeof value === "string") return value
  if (isRawNumber(value)) return value.rawJSON
  return typeof value === "boolean" || (typeof value === "number" && Number.isFinite(value))
    ? String(value)
    : undefined
}
