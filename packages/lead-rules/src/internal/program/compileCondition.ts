import type { Condition, FieldCondition } from "../../Condition.ts"
import { includes, isNoneOf, isOneOf } from "../operators/equality.ts"
import { date } from "../operators/dates.ts"
import { itemCount, quantified } from "../operators/lists.ts"
import { range } from "../operators/numbers.ts"
import { anyKind, type Operator, type Requirement } from "../operators/Operator.ts"
import { finding, length, pattern, type } from "../operators/texts.ts"
import { zip } from "../operators/zips.ts"
import { Met, Missing, type Truth, Unmet } from "../Truth.ts"
import { allCheck, anyCheck, fieldCheck, notCheck } from "./check.ts"
import { describe } from "./describe.ts"
import type { Node } from "./Node.ts"
import { pathOf, Scope } from "./Scope.ts"

/** Makes a condition ready. `path` is its place in the rule set. */
export const compileCondition = (condition: Condition, path: string, scope: Scope): Node => {
  if ("all" in condition) return junction("all", condition.all, path, scope)
  if ("any" in condition) return junction("any", condition.any, path, scope)
  if ("not" in condition) {
    const node = compileCondition(condition.not, `${path}.not`, scope)
    return { _tag: "Not", path, check: notCheck(node.check), node }
  }
  const { field } = condition
  const slot = scope.slotOf(field)
  if ("item" in condition) {
    const quantifier = condition.operator === "some_item" ? "some" : "every"
    const items = new Scope()
    const item = compileCondition(condition.item, `${path}.item`, items)
    const requirement = quantified(quantifier, items, item.check, `where ${describe(item)}`)
    const operator = withMissing(requirement, condition.optional)
    const check = fieldCheck(slot, operator)
    return { _tag: "Items", path, check, field, slot, operator, quantifier, scope: items, item }
  }
  const operator = operatorOf(condition)
  const check = fieldCheck(slot, operator)
  return { _tag: "Leaf", path, check, field, segments: pathOf(field), slot, operator }
}

const junction = (
  kind: "all" | "any",
  conditions: ReadonlyArray<Condition>,
  path: string,
  scope: Scope,
): Node => {
  const nodes = conditions.map((condition, index) =>
    compileCondition(condition, `${path}.${kind}.${index}`, scope),
  )
  const checks = nodes.map(({ check }) => check)
  return { _tag: "Junction", path, check: kind === "all" ? allCheck(checks) : anyCheck(checks), kind, nodes }
}

const withMissing = (requirement: Requirement, optional = false): Operator => ({
  settled: (kind) => (requirement.kinds.includes(kind) ? undefined : Unmet),
  ...requirement,
  missing: optional ? Met : Missing,
})

const operatorOf = (condition: FieldCondition): Operator => {
  switch (condition.operator) {
    case "present":
      return { ...always(Met), missing: Unmet, wanted: "be present", kinds: anyKind }
    case "absent":
      return { ...always(Unmet), missing: Met, wanted: "be absent", kinds: [] }
    default:
      return withMissing(requirementOf(condition), condition.optional)
  }
}

const always = (truth: Truth) => ({ accepts: () => truth, settled: () => truth, verb: "is" as const })

const requirementOf = (
  condition: Exclude<FieldCondition, { readonly operator: "present" | "absent" }>,
): Requirement => {
  switch (condition.operator) {
    case "equals":
      return isOneOf([condition.value], condition.ignore_case === true)
    case "not_equals":
      return isNoneOf([condition.value], condition.ignore_case === true)
    case "one_of":
      return isOneOf(condition.values, condition.ignore_case === true)
    case "none_of":
      return isNoneOf(condition.values, condition.ignore_case === true)
    case "type":
      return type(condition.type)
    case "starts_with":
    case "ends_with":
    case "contains":
      return finding(condition.operator, condition.value, condition.ignore_case === true)
    case "pattern":
      return pattern(condition.pattern)
    case "length":
      return length(condition.min, condition.max)
    case "range":
      return range(condition)
    case "date":
      return date(condition)
    case "items":
      return itemCount(condition.min, condition.max)
    case "includes":
      return includes(condition.value, condition.ignore_case === true)
    case "zip":
      return zip(condition)
  }
}
