import { makeReport, type Mistake, type Path, reportIssue } from "@lead-gateway/document-check"
import { get, isJsonObject } from "@lead-gateway/lossless-json"
import type { SchemaIssue } from "effect"
import { Rule } from "../RuleSet.ts"

/** Every mistake that the schema found, in the words of a rule set's author. */
export const mistakesOf = (json: unknown, issue: SchemaIssue.Issue): ReadonlyArray<Mistake> => {
  const { mistakes, report } = makeReport()
  reportIssue(
    (path, found, allowed) => {
      // A mistake of a rule as a whole is that of its operator: no kind of rule has it.
      if (isRule(path) && isJsonObject(found))
        report([...path, "operator"], get(found, "operator"), operators)
      else report(path, found, allowed)
    },
    json,
    issue,
  )
  return mistakes
}

const isRule = (path: Path): boolean => path.length === 2 && path[0] === "rules"

const operators = Rule.members.map(({ fields }) => JSON.stringify(fields.operator.literal)).join(" or ")
