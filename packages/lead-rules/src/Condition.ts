import { expected } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { leaf, listOf } from "./internal/schema/keys.ts"
import { fieldOperators } from "./internal/schema/operators.ts"
import { unionOf } from "./internal/schema/unionOf.ts"

type FieldOperators = typeof fieldOperators

/** A requirement on one field, told apart by `operator`. */
export type FieldCondition = {
  [Operator in keyof FieldOperators]: Schema.Struct.Type<FieldOperators[Operator]>
}[keyof FieldOperators]

/** A requirement on the items of a list: on at least one of them, or on each. */
export interface ItemCondition {
  readonly field: string
  readonly operator: "some_item" | "every_item"
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

/** The contrary. */
export interface NotCondition {
  readonly not: Condition
}

/**
 * What a lead is asked for: a requirement on a field, or conditions joined by `all`, `any` and `not`.
 *
 * A condition is met, unmet, or it cannot be told because a field is missing (absent, null or blank): `all` is
 * unmet when one is unmet, `any` is met when one is met, whatever the others miss. `present` and `absent` can
 * always be told, and so can what is `optional`.
 */
export type Condition = FieldCondition | ItemCondition | AllCondition | AnyCondition | NotCondition

/** The operators that hold a condition on items, by their name. */
const itemOperators = <S extends Schema.Constraint>(condition: S) => ({
  some_item: leaf("some_item", "The field must be a list with at least one item that meets a condition.", {
    item: condition,
  }),
  every_item: leaf(
    "every_item",
    "The field must be a list every item of which meets a condition; an empty list does.",
    { item: condition },
  ),
})

/** What joins conditions, by its key. */
const junctions = <S extends Schema.Constraint>(condition: S) => {
  const list = (description: string) =>
    listOf(condition, "a list of conditions with at least one item", description)
  return {
    all: { all: list("Every one of these conditions must be met.") },
    any: { any: list("At least one of these conditions must be met.") },
    not: { not: condition },
  }
}

/** The keys that a condition takes, by its operator or its junction. */
export const conditionKeys = <S extends Schema.Constraint>(condition: S) => ({
  ...fieldOperators,
  ...itemOperators(condition),
  ...junctions(condition),
})

/** The schema of a condition. To find its mistakes, `compile` is better: it knows which operator is meant. */
export const Condition: Schema.Codec<Condition> = unionOf<Condition>(
  conditionKeys(Schema.suspend(() => Condition)),
).annotate({
  ...expected("a condition: an object with an operator, or with all, any or not"),
  identifier: "Condition",
  description: "A requirement on a field, or conditions joined by all, any and not.",
})
