/** A JSON value as lines of text, each with the path of what it shows, so that two values can be compared line by line. */
import type { Json } from "@lead-gateway/client"

/** One line of a printed value. */
export interface JsonLine {
  readonly depth: number
  /** `"name": `, where the line begins a member. */
  readonly name: string
  /** The value, or the bracket that opens or closes it. */
  readonly text: string
  /** The path and the value, by which it is found in another document; undefined for brackets. */
  readonly value: { readonly path: string; readonly json: string } | undefined
}

/** Prints it. Numbers keep every digit. */
export const jsonLines = (value: Json, depth = 0, path = "", name = ""): ReadonlyArray<JsonLine> => {
  if (Array.isArray(value) && value.length > 0) {
    return [
      { depth, name, text: "[", value: undefined },
      ...value.flatMap((item: Json, index) => jsonLines(item, depth + 1, `${path}[${index}]`)),
      { depth, name: "", text: "]", value: undefined },
    ]
  }
  if (isObject(value) && Object.keys(value).length > 0) {
    return [
      { depth, name, text: "{", value: undefined },
      ...Object.entries(value).flatMap(([key, member]) =>
        jsonLines(member, depth + 1, `${path}.${key}`, `${JSON.stringify(key)}: `),
      ),
      { depth, name: "", text: "}", value: undefined },
    ]
  }
  const json = JSON.stringify(value)
  return [{ depth, name, text: json, value: { path, json } }]
}

/** A number with more digits than a JavaScript number has is an object of its own kind, and no object of JSON. */
const isObject = (value: Json): value is Extract<Json, Readonly<Record<string, unknown>>> =>
  typeof value === "object" &&
  value !== null &&
  !Array.isArray(value) &&
  !("rawJSON" in value && Object.getPrototypeOf(value) === null)
