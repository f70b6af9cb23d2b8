import type { FieldPath } from "@lead-gateway/lead-field"
import type { Condition, FieldCondition } from "../../Condition.ts"
import type { Operator, Requirement } from "../operators/Operator.ts"
import { definitionOf, quantifierDefinitions } from "../operators/table.ts"
import { PatternMemory } from "../pattern/PatternMemory.ts"
import { allCheck, anyCheck, type Check, Met, notCheck, type Truth, Unknown, Unmet } from "../Truth.ts"
import { pathOf, Scope } from "./Scope.ts"

/** A compiled condition. `path` is its place in the rule set, such as `rules.2.any.0`; `check` evaluates it. */
export type Node = LeafNode | ItemsNode | JunctionNode | NotNode

/** A condition on one field. */
export interface LeafNode {
  readonly _tag: "Leaf"
  readonly path: string
  readonly check: Check
  readonly field: string
  /** The parsed path of the field. */
  readonly segments: FieldPath
  readonly slot: number
  readonly operator: Operator
}

/** A condition on the items of the list in a field: on `some` of them, or on `every` one. */
export interface ItemsNode {
  readonly _tag: "Items"
  readonly path: string
  readonly check: Check
  readonly field: string
  readonly slot: number
  readonly operator: Operator
  readonly quantifier: "some" | "every"
  /** The fields of an item. */
  readonly scope: Scope
  readonly item: Node
}

/** `all` or `any` of these. */
export interface JunctionNode {
  readonly _tag: "Junction"
  readonly path: string
  readonly check: Check
  readonly kind: "all" | "any"
  readonly nodes: ReadonlyArray<Node>
}

export interface NotNode {
  readonly _tag: "Not"
  readonly path: string
  readonly check: Check
  readonly node: Node
}

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

/** Evaluates an operator on the field in a slot. */
const fieldCheck = (slot: number, { accepts, missing }: Operator): Check => {
  return (frame) => {
    const value = frame.get(slot)
    return value === undefined || value === null ? missing : accepts(value, frame.now)
  }
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

/** A condition as a statement about a value that meets it: `q is "Dach" and (a is "ja" or a is true)`. */
const describe = (node: Node, negated = false): string => {
  switch (node._tag) {
    case "Not":
      return describe(node.node, !negated)
    case "Junction": {
      const word = (node.kind === "all") === negated ? "or" : "and"
      const [only, ...others] = node.nodes
      if (only !== undefined && others.length === 0) return describe(only, negated)
      return node.nodes
        .map((child) => (isLong(child) ? `(${describe(child, negated)})` : describe(child, negated)))
        .join(` ${word} `)
    }
    case "Items":
    case "Leaf": {
      const { expected } = node.operator
      const isOpposite = expected.startsWith("not ")
      const verb = isOpposite ? expected.slice("not ".length) : expected
      return `${node.field === "." ? "it" : node.field} ${statement(verb, negated !== isOpposite)}`
    }
  }
}

/** Whether a description contains an "and" or an "or", so that it needs brackets. */
const isLong = (node: Node): boolean => {
  switch (node._tag) {
    case "Not":
      return isLong(node.node)
    case "Junction":
      return node.nodes.length > 1 || node.nodes.some(isLong)
    case "Items":
      return true
    case "Leaf":
      return false
  }
}

/** An expectation as a statement: `be a text` becomes `is a text`, `is not a text`; `match ^66`: `matches ^66`, `does not match ^66`. */
const statement = (expected: string, negated: boolean): string => {
  const [verb = ""] = expected.split(" ", 1)
  const rest = expected.slice(verb.length)
  if (verb === "be") return `${negated ? "is not" : "is"}${rest}`
  if (negated) return `does not ${expected}`
  if (verb === "have") return `has${rest}`
  return `${verb}${verb.endsWith("ch") ? "es" : "s"}${rest}`
}
