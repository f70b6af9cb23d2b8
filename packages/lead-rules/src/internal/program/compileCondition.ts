import type { Condition, FieldCondition } from "../../Condition.ts"
import type { Operator, Requirement } from "../operators/Operator.ts"
import { definitionOf, quantifierDefinitions } from "../operators/table.ts"
import { PatternMemory } from "../PatternMemory.ts"
import { Met, type Truth, Unknown, Unmet } from "../Truth.ts"
import { allCheck, anyCheck, fieldCheck, notCheck } from "./check.ts"
import { describe } from "./describe.ts"
import type { Node } from "./Node.ts"
import { pathOf, Scope } from "./Scope.ts"

/** Compiles a condition; `path` is its place in the rule set, whose patterns share the `memory`. */
export const compileCondition = (
  condition: Condition,
  path: string,
  scope: Scope,
  memory = new PatternMemory(),
): Node => {
  if ("all" in condition) return junction("all", condition.all, path, scope, memory)
  if ("any" in condition) return junction("any", condition.any, path, scope, memory)
  if ("not" in condition) {
    const node = compileCondition(condition.not, `${path}.not`, scope, memory)
    return { _tag: "Not", path, check: notCheck(node.check), node }
  }
  const { field } = condition
  const slot = scope.slotOf(field)
  if ("item" in condition) {
    const { compile, quantifier } = quantifierDefinitions[condition.operator]
    const items = new Scope()
    const item = compileCondition(condition.item, `${path}.item`, items, memory)
    const requirement = compile(items, item.check, `where ${describe(item)}`)
    const operator = withMissing(requirement, condition.optional === true ? Met : Unknown)
    const check = fieldCheck(slot, operator)
    return { _tag: "Items", path, check, field, slot, operator, quantifier, scope: items, item }
  }
  const operator = operatorOf(condition, memory)
  const check = fieldCheck(slot, operator)
  return { _tag: "Leaf", path, check, field, segments: pathOf(field), slot, operator }
}

const junction = (
  kind: "all" | "any",
  conditions: ReadonlyArray<Condition>,
  path: string,
  scope: Scope,
  memory: PatternMemory,
): Node => {
  const nodes = conditions.map((condition, index) =>
    compileCondition(condition, `${path}.${kind}.${index}`, scope, memory),
  )
  const checks = nodes.map(({ check }) => check)
  return { _tag: "Junction", path, check: kind === "all" ? allCheck(checks) : anyCheck(checks), kind, nodes }
}

const operatorOf = (condition: FieldCondition, memory: PatternMemory): Operator => {
  const { compile, whenMissing } = definitionOf(condition)
  const isOptional = "optional" in condition && condition.optional
  return withMissing(compile(condition, memory), whenMissing === Unknown && isOptional ? Met : whenMissing)
}

const withMissing = (requirement: Requirement, missing: Truth): Operator => ({
  truthOfKind: (kind) => (requirement.kinds.includes(kind) ? undefined : Unmet),
  ...requirement,
  missing,
})
