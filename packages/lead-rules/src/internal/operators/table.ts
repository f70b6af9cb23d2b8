/**
 * The table of operators: the checks, the JSON Schema, the evaluation, the explanations and the analysis all read it.
 *
 * To add an operator, add its definition to the family that it belongs to. The compiler asks for every part, and
 * the tests ask for examples and a row in the README.
 */
import type { Shape } from "@lead-gateway/document-check"
import { dates } from "./dates.ts"
import type { OperatorDefinition, QuantifierDefinition } from "./Operator.ts"
import { equality } from "./equality.ts"
import { lists, quantifiers } from "./lists.ts"
import { numbers } from "./numbers.ts"
import { presence } from "./presence.ts"
import { texts } from "./texts.ts"
import { zips } from "./zips.ts"

/** The operators on the value of one field, in the order in which messages list them. */
const fieldOperators = {
  ...presence,
  ...equality,
  ...texts,
  ...numbers,
  ...dates,
  ...lists,
  ...zips,
}

type FieldOperators = typeof fieldOperators

/** A condition on one field. `operator` tells the kinds of condition apart. */
export type FieldCondition = {
  [Name in keyof FieldOperators]: { readonly field: string; readonly operator: Name } & Shape.TypeOf<
    Shape.ObjectOfFields<FieldOperators[Name]["keys"]>
  >
}[keyof FieldOperators]

/** The names of the operators on one field. */
export type FieldOperatorName = keyof FieldOperators

/** The names of the operators on the items of a list. */
export type QuantifierName = keyof typeof quantifiers

/** The name of an operator. */
export type OperatorName = FieldOperatorName | QuantifierName

/** The definitions of the operators on one field, by name. */
export const fieldDefinitions: Readonly<Record<FieldOperatorName, OperatorDefinition<never>>> = fieldOperators

/** The definitions of the operators on the items of a list, by name. */
export const quantifierDefinitions: Readonly<Record<QuantifierName, QuantifierDefinition>> = quantifiers

/** The definition of a condition's operator. */
export const definitionOf = (condition: FieldCondition): OperatorDefinition<FieldCondition> =>
  fieldDefinitions[condition.operator] as OperatorDefinition<FieldCondition>
