import { expected } from "@lead-gateway/document-check/schema"
import * as Schema from "effect/Schema"
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

/** The keys of a condition on a field, by operator. */
const fieldKeys = () =>
  Object.entries(fieldDefinitions).map(([name, { description, keys }]): [string, Schema.Struct.Fields] => [
    name,
    { field: Field, operator: operatorKey(name, description), ...keys },
  ])

/** The keys of a condition on the items of a list, by operator. */
const quantifierKeys = (condition: Schema.Constraint) =>
  Object.entries(quantifierDefinitions).map(([name, { description }]): [string, Schema.Struct.Fields] => [
    name,
    { field: Field, operator: operatorKey(name, description), item: condition, optional: Optional },
  ])

/** The key that joins conditions, by its name. */
const junctionKeys = (condition: Schema.Constraint): Record<string, Schema.Struct.Fields> => {
  const list = (description: string) =>
    listOf(condition, "a list of conditions with at least one item", description)
  return {
    all: { all: list("Every one of these conditions must be met.") },
    any: { any: list("At least one of these conditions must be met.") },
    not: { not: condition },
  }
}

/** The keys of a condition, by its operator or by the key that joins conditions. */
export const conditionKeys = (condition: Schema.Constraint): Record<string, Schema.Struct.Fields> => ({
  ...Object.fromEntries([...fieldKeys(), ...quantifierKeys(condition)]),
  ...junctionKeys(condition),
})

/**
 * The schema of objects that have one of these sets of keys.
 *
 * The type is given, not inferred: the compiler cannot print a recursive union of twenty members. A test compares
 * the two.
 */
export const unionOf = <Type>(
  keys: Readonly<Record<string, Schema.Struct.Fields>>,
): Schema.Codec<Type, Type> => {
  const union: Schema.Top = Schema.Union(Object.values(keys).map((fields) => Schema.Struct(fields)))
  return union as Schema.Codec<Type, Type>
}

/** The schema of a condition. `compile` gives better messages: it knows which operator is meant. */
export const Condition: Schema.Codec<Condition> = unionOf<Condition>(
  conditionKeys(Schema.suspend(() => Condition)),
).annotate({
  ...expected("a condition: an object with an operator, or with all, any or not"),
  identifier: "Condition",
  description: "A requirement on a field, or conditions joined by all, any and not.",
})
