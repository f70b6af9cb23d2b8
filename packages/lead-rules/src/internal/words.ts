import { isRawNumber } from "./rawNumber.ts"

/** The kinds of value that JSON has, in the words of an explanation. */
export type Kind = "text" | "number" | "boolean" | "list" | "object"

/** What kind of thing a value is. It says nothing about the value itself. */
export const kindOf = (value: unknown): Kind => {
  switch (typeof value) {
    case "string":
      return "text"
    case "number":
      return "number"
    case "boolean":
      return "boolean"
    default:
      if (isRawNumber(value)) return "number"
      return Array.isArray(value) ? "list" : "object"
  }
}

/** `"a text"`, `"an object"`; or `"another text"` for a value of the kind that a rule asks for. */
export const naming = (kind: Kind, wanted: Kind | undefined): string =>
  `${kind === wanted ? "another" : kind === "object" ? "an" : "a"} ${kind}`

/** The first 120 characters of a text, so that a message stays readable. No character is cut in two. */
export const abbreviate = (text: string): string => {
  const [beginning = ""] = /^[^]{0,120}/u.exec(text) ?? []
  return beginning === text ? text : `${beginning}…`
}
