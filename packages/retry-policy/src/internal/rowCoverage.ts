/**
 * Whether the conditions of one row hold whenever those of another do. A row's lists are split into atoms, one for each
 * value and content type, so that several rows can cover one together.
 */
import type { ClassificationRow } from "../ClassificationRow.ts"
import { entriesOf } from "../RowConditions.ts"
import { type BodyTest, bodyTestOf } from "./AnswerBody.ts"

/** The conditions of a row with one value and one content type of its lists. */
export interface Atom {
  readonly isAfterUnseen: boolean
  readonly needsRetryAfter: boolean
  readonly contentType: string | undefined
  readonly body: BodyTest | undefined
}

/** The atoms of a row; one of them holds exactly when the row's conditions do. */
export const atomsOf = (row: ClassificationRow): ReadonlyArray<Atom> => {
  const types = row.content_type === undefined ? [undefined] : entriesOf(row.content_type)
  const bodies = row.body === undefined ? [undefined] : valuesOf(bodyTestOf(row.body))
  return types.flatMap((contentType) =>
    bodies.map((body) => ({
      isAfterUnseen: row.after !== undefined,
      needsRetryAfter: row.means === "retry" && row.retry_after === "required",
      contentType,
      body,
    })),
  )
}

const valuesOf = (test: BodyTest): ReadonlyArray<BodyTest> =>
  test.kind === "one_of" || test.kind === "contains"
    ? Array.from(test.keys, (key) => ({ ...test, keys: new Set([key]) }))
    : [test]

/** Whether `wide` holds whenever `narrow` does. */
export const covers = (wide: Atom, narrow: Atom): boolean =>
  (!wide.isAfterUnseen || narrow.isAfterUnseen) &&
  (!wide.needsRetryAfter || narrow.needsRetryAfter) &&
  (wide.contentType === undefined || coversType(wide.contentType, narrow.contentType)) &&
  (wide.body === undefined || (narrow.body !== undefined && coversBody(wide.body, narrow.body)))

const coversType = (wide: string, narrow: string | undefined): boolean =>
  narrow !== undefined && (wide === narrow || (wide.endsWith("/*") && narrow.startsWith(wide.slice(0, -1))))

const coversBody = (wide: BodyTest, narrow: BodyTest): boolean => {
  if (wide.path.length !== narrow.path.length) return false
  if (!wide.path.every((key, index) => key === narrow.path[index])) return false
  if (wide.kind === "absent" || narrow.kind === "absent") return wide.kind === narrow.kind
  switch (wide.kind) {
    case "present":
      // What the whole body contains does not make it JSON.
      return narrow.kind !== "contains" || narrow.path.length > 0
    case "contains":
      return (
        narrow.kind === "contains" &&
        narrow.keys.values().every((text) => wide.keys.values().some((part) => text.includes(part)))
      )
    case "one_of":
      return narrow.kind === "one_of" && narrow.keys.isSubsetOf(wide.keys)
    case "not_one_of":
      return narrow.kind === "one_of"
        ? narrow.keys.isDisjointFrom(wide.keys)
        : narrow.kind === "not_one_of" && wide.keys.isSubsetOf(narrow.keys)
  }
}
