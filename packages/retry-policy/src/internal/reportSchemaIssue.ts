import { type Path, type Report, reportIssue } from "@lead-gateway/document-check"
import { get, isJsonObject } from "@lead-gateway/lossless-json"
import type { SchemaIssue } from "effect"
import { ClassificationRow, entryInWords } from "../ClassificationRow.ts"
import { Backoff } from "../RetryPolicy.ts"

/** Reports every mistake that the schema found, in the words of a policy's author. */
export const reportSchemaIssue = (report: Report, json: unknown, issue: SchemaIssue.Issue): void => {
  const entries = new Set<string>()
  reportIssue(
    (path, found, allowed) => {
      // An entry of a row may be of several kinds: the schema has a mistake for each, an author made one.
      if (isEntry(path)) {
        const key = path.join(".")
        if (!entries.has(key)) report(path, found, entryInWords)
        entries.add(key)
        return
      }
      // A mistake of a backoff or a row as a whole is that of the key which tells its kinds apart.
      const kinds = kindsAt(path)
      if (kinds !== undefined && isJsonObject(found)) {
        report([...path, kinds.key], get(found, kinds.key), kinds.allowed)
      } else report(path, found, allowed)
    },
    json,
    issue,
  )
}

const isEntry = (path: Path): boolean =>
  path.length === 4 && path[0] === "classification" && path[2] === "outcomes"

const kindsAt = (path: Path) => {
  if (path.length === 1 && path[0] === "backoff") return kindsOfBackoff
  return path.length === 2 && path[0] === "classification" ? kindsOfRow : undefined
}

const oneOf = (values: ReadonlyArray<string>) => values.map((value) => JSON.stringify(value)).join(" or ")

const kindsOfBackoff = {
  key: "kind",
  allowed: oneOf(Backoff.members.map(({ fields }) => fields.kind.literal)),
}

const kindsOfRow = {
  key: "means",
  allowed: oneOf(ClassificationRow.members.map(({ fields }) => fields.means.literal)),
}
