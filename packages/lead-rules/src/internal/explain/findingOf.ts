import type { Rule } from "../../Rule.ts"
import { type Finding, MISSING_REQUIRED_FIELD } from "../../Verdict.ts"
import type { Node } from "../program/Node.ts"
import type { Frame } from "../program/Scope.ts"
import { Unknown } from "../Truth.ts"
import { causesOf } from "./causes.ts"

/** The most alternatives in an explanation. */
const maxListed = 3

/** The finding for a rule that is not met. */
export const findingOf = (
  { node, rule, index }: { readonly node: Node; readonly rule: Rule; readonly index: number },
  frame: Frame,
  values: "hide" | "show",
): Finding => {
  const causes = causesOf({ node, negated: false }, frame, { values, within: "" })
  const { path = node.path, field = ".", actual = "", expected = "" } = causes[0] ?? {}
  const sentences = causes.slice(0, maxListed).map(({ sentence }) => sentence)
  const rest = causes.length - sentences.length
  const explanation =
    causes.length === 1
      ? sentences.join("")
      : `no alternative is met: ${sentences.join("; ")}${rest > 0 ? `; and ${rest} more` : ""}`
  const isUnknown = node.check(frame) === Unknown
  return {
    reason: isUnknown ? MISSING_REQUIRED_FIELD : (rule.reason ?? MISSING_REQUIRED_FIELD),
    severity: rule.severity ?? "reject",
    rule: { index, ...(rule.id === undefined ? {} : { id: rule.id }), path, field },
    ...(rule.message === undefined ? {} : { message: rule.message }),
    actual,
    expected,
    explanation,
  }
}
