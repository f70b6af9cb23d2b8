import type { Rule } from "../../Rule.ts"
import { type Finding, MISSING_REQUIRED_FIELD } from "../../Verdict.ts"
import type { Node } from "../program/Node.ts"
import type { Frame } from "../program/Scope.ts"
import { Missing } from "../Truth.ts"
import { blameOf } from "./blame.ts"

/** The most alternatives that an explanation lists. */
const maxListed = 3

/** What is to be said of a rule that is not met. */
export const findingOf = (
  { node, rule, index }: { readonly node: Node; readonly rule: Rule; readonly index: number },
  frame: Frame,
  values: "hide" | "show",
): Finding => {
  const grounds = blameOf({ node, negated: false }, frame, { values, within: "" })
  const { path = node.path, field = ".", saw = "", wanted = "" } = grounds[0] ?? {}
  const sentences = grounds.slice(0, maxListed).map(({ sentence }) => sentence)
  const rest = grounds.length - sentences.length
  const explanation =
    grounds.length === 1
      ? sentences.join("")
      : `no alternative is met: ${sentences.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`
  const isMissing = node.check(frame) === Missing
  return {
    reason: isMissing ? MISSING_REQUIRED_FIELD : (rule.reason ?? MISSING_REQUIRED_FIELD),
    severity: rule.severity ?? "reject",
    rule: { index, ...(rule.id === undefined ? {} : { id: rule.id }), path, field },
    ...(rule.message === undefined ? {} : { message: rule.message }),
    saw,
    wanted,
    explanation,
  }
}
