import type { FieldPath } from "@lead-gateway/lead-field"
import type { Operator } from "../operators/Operator.ts"
import type { Check } from "./check.ts"
import type { Scope } from "./Scope.ts"

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
