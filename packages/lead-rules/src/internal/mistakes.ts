import { makeReport, type Mistake, reportIssue } from "@lead-gateway/document-check"
import type { SchemaIssue } from "effect"

/** Every mistake that the schema found, in the words of a rule set's author. */
export const mistakesOf = (json: unknown, issue: SchemaIssue.Issue): ReadonlyArray<Mistake> => {
  const { mistakes, report } = makeReport()
  reportIssue(report, json, issue)
  return mistakes
}
