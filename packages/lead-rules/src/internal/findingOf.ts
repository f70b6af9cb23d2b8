import { printValue } from "@lead-gateway/document-check"
import { kindOf, missingAs, parsePath, valueAt, type ValueKind } from "@lead-gateway/lead-field"
import type { Rule } from "../RuleSet.ts"
import { type Finding, MISSING_REQUIRED_FIELD } from "../Verdict.ts"
import { anyKind, type Operator } from "./operators/Operator.ts"
import type { Node } from "./program/Node.ts"
import type { Frame } from "./program/Scope.ts"
import { Met, not, type Truth, Unknown } from "./Truth.ts"

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

/** A condition that is to be met; or, inside a `not`, its opposite. */
interface Goal {
  readonly node: Node
  readonly negated: boolean
}

/**
 * Finds the conditions on fields that caused a condition not to be met. Call it only for one that is not met.
 *
 * A `not` turns everything inside it around, `all` and `any` too, so every sentence says what would have passed.
 * Where a truth is unknown, only what is missing is a cause.
 */
const causesOf = ({ node, negated }: Goal, frame: Frame, view: View): ReadonlyArray<Evidence> => {
  switch (node._tag) {
    case "Not":
      return causesOf({ node: node.node, negated: !negated }, frame, view)
    case "Junction": {
      const failing = node.nodes
        .map((child): Goal & { readonly truth: Truth } => {
          const truth = child.check(frame)
          return { node: child, negated, truth: negated ? not(truth) : truth }
        })
        .filter(({ truth }) => truth !== Met)
      const needsAll = (node.kind === "all") !== negated
      return decisive(failing, needsAll).flatMap((child) => causesOf(child, frame, view))
    }
    case "Items":
      return itemCauses(node, negated, frame, view)
    case "Leaf":
      return [evidenceOf(node, frame, negated, view)]
  }
}

/** Where all have to be met, the first that is unmet or else unknown. Where one would do, all, or the first unknown. */
const decisive = <A extends { readonly truth: Truth }>(
  failing: ReadonlyArray<A>,
  needsAll: boolean,
): ReadonlyArray<A> => {
  const unknown = failing.filter(({ truth }) => truth === Unknown)
  if (!needsAll) return unknown.length > 0 ? unknown.slice(0, 1) : failing
  const unmet = failing.find(({ truth }) => truth !== Unknown)
  return unmet === undefined ? unknown.slice(0, 1) : [unmet]
}

const itemCauses = (
  node: Extract<Node, { readonly _tag: "Items" }>,
  negated: boolean,
  frame: Frame,
  view: View,
): ReadonlyArray<Evidence> => {
  const list = frame.get(node.slot)
  const listItself = [evidenceOf(node, frame, negated, view)]
  if (!Array.isArray(list)) return listItself
  const items = (list as ReadonlyArray<unknown>).map((item, index) => {
    const inner = node.scope.take(item, frame.now)
    const truth = node.item.check(inner)
    node.scope.release(inner)
    return { item, index, truth: negated ? not(truth) : truth }
  })
  const failing = items.filter(({ truth }) => truth !== Met)
  const needsAll = (node.quantifier === "every") !== negated
  const [first] = decisive(failing, needsAll)
  // No item of several will do: the cause is the list, not one item more than another.
  if (first === undefined || (!needsAll && first.truth !== Unknown)) return listItself
  const inner = node.scope.take(first.item, frame.now)
  // `within` ends with the item's own index already: `questions.2.`.
  const prefix = node.field === "." ? view.within : `${view.within}${node.field}.`
  const causes = causesOf({ node: node.item, negated }, inner, {
    ...view,
    within: `${prefix}${first.index}.`,
  })
  node.scope.release(inner)
  return causes
}

/** How an explanation reads a payload. */
interface View {
  /** Whether it may quote values. */
  readonly values: "hide" | "show"
  /** The path to the item it is about: `questions.2.`; empty for the payload itself. */
  readonly within: string
}

/** A condition on a field that is not met: what was expected, and what was there. */
interface Evidence {
  /** The condition's place in the rule set. */
  readonly path: string
  /** The field's path in the payload. */
  readonly field: string
  /** What was there: `absent`, `a number`, or the value. */
  readonly actual: string
  /** What would have met the condition: `must match ^66\d{3}$`. */
  readonly expected: string
  /** All of it: `zipcode must match ^66\d{3}$, but is a number`. */
  readonly sentence: string
}

/** A condition on one field. */
interface FieldNode {
  readonly path: string
  readonly field: string
  readonly operator: Operator
}

const evidenceOf = (
  { path, field: ownField, operator }: FieldNode,
  frame: Frame,
  negated: boolean,
  { values, within }: View,
): Evidence => {
  const value = valueIn(frame, ownField)
  const field = ownField === "." && within !== "" ? within.slice(0, -1) : `${within}${ownField}`
  const expected = `must ${negated ? opposite(operator.expected) : operator.expected}`
  const missing = missingAs(value)
  const actual = missing ?? (values === "show" ? printValue(value) : withArticle(kindOf(value)))
  const ending =
    missing !== undefined || values === "show" ? `is ${actual}` : endingOf(operator, value, negated)
  const subject = field === "." ? "the payload" : field
  return { path, field, actual, expected, sentence: `${subject} ${expected}, but ${ending}` }
}

/** The value of a field, missing ones included: a frame does not tell null from blank. */
const valueIn = (frame: Frame, field: string): unknown =>
  field === "." ? frame.root : valueAt(frame.root, parsePath(field) ?? [])

/** `not match` for `match`, and the other way round. */
const opposite = (expected: string): string =>
  expected.startsWith("not ") ? expected.slice("not ".length) : `not ${expected}`

/** The end of a sentence that may not quote the value. */
const endingOf = ({ kinds, verb, expected }: Operator, value: unknown, negated: boolean): string => {
  const kind = kindOf(value)
  if (!kinds.includes(kind)) return `is ${withArticle(kind)}`
  if (negated !== expected.startsWith("not ")) return `it ${verb}`
  // That a boolean must be true and is not gives it away, so it may be named. That it must be "x" does not.
  return typeof value === "boolean" && kinds !== anyKind ? `is ${value}` : `this ${kind} ${verb} not`
}

const withArticle = (kind: ValueKind): string => `${kind === "object" ? "an" : "a"} ${kind}`
