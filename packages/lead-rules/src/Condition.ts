import { Shape } from "@lead-gateway/document-check"
import { Field, listOf, operatorKey, Optional } from "./internal/operators/keys.ts"
import {
  type FieldCondition,
  fieldDefinitions,
  quantifierDefinitions,
  type QuantifierName,
} from "./internal/operators/table.ts"

export type { FieldCondition } from "./internal/operators/table.ts"

/** A condition on the items of a list: that at least one of them meets a condition, or that each does. */
export interface ItemCondition {
  readonly field: string
  readonly operator: QuantifierName
  /** Its fields are paths inside an item; `.` is the item itself. */
  readonly item: Condition
  readonly optional?: boolean
}

/** Every one of these. */
export interface AllCondition {
  readonly all: ReadonlyArray<Condition>
}

/** At least one of these. */
export interface AnyCondition {
  readonly any: ReadonlyArray<Condition>
}

/** The opposite. */
export interface NotCondition {
  readonly not: Condition
}

/**
 * A condition on a lead: on one field, or several joined by `all`, `any` and `not`.
 *
 * A condition is met, unmet, or unknown because a field is missing (absent, null or blank): `all` is unmet when one
 * is unmet and `any` is met when one is met, whatever fields the others miss. `present`, `absent` and `optional`
 * conditions are never unknown.
 */
export type Condition = FieldCondition | ItemCondition | AllCondition | AnyCondition | NotCondition

/** What a value that is not a condition is reported to have to be. */
export const expectedCondition = "a condition: an object with an operator, or with all, any or not"

/** The keys of a condition, by its operator or by the key that joins conditions; for a shape of the conditions inside. */
export const conditionKeys = (condition: Shape.Shape<unknown>): Readonly<Record<string, Shape.Fields>> => {
  const several = (description: string) =>
    listOf(condition, "a list of conditions with at least one item", description)
  return {
    ...keysOf(fieldDefinitions, ({ keys }) => keys),
    ...keysOf(quantifierDefinitions, () => ({ item: condition, optional: Shape.optional(Optional) })),
    all: { all: several("Every one of these conditions must be met.") },
    any: { any: several("At least one of these conditions must be met.") },
    not: { not: condition },
  }
}

const keysOf = <Definition extends { readonly description: string }>(
  definitions: Readonly<Record<string, Definition>>,
  own: (definition: Definition) => Shape.Fields,
): Readonly<Record<string, Shape.Fields>> =>
  Object.fromEntries(
    Object.entries(definitions).map(([name, definition]) => [
      name,
      { field: Field, operator: operatorKey(name, definition.description), ...own(definition) },
    ]),
  )
