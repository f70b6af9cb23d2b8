import { nameOf, isRecord } from "./wrongCall.ts"

/**
 * What is wrong with a value that is given as a document; `undefined` for what may be one.
 *
 * A `Result`, a promise and a text of JSON hold a document, which is easily forgotten to be taken out.
 */
export const documentProblem = (json: unknown): string | undefined => {
  if (typeof json === "string") return "parsed JSON, not its text"
  return typeof json === "object" && json !== null && !Array.isArray(json) && !isRecord(json)
    ? `parsed JSON, not ${nameOf(json)}`
    : undefined
}

/** The diagnostic of a document that throws while it is read, as an accessor or a proxy may. */
export const unreadableDocument = (error: unknown) => ({
  path: "",
  actual: `a value that throws when it is read${error instanceof Error ? ` (${error.name})` : ""}`,
  expected: "parsed JSON",
})
