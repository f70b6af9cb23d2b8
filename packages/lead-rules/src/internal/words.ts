import { isRawNumber } from "@lead-gateway/lossless-json"

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
