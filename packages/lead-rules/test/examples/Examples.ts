import type { Condition } from "@lead-gateway/lead-rules"
import type { RawNumber } from "@lead-gateway/lossless-json"
import type { OperatorName } from "../../src/internal/operators/table.ts"

type OnField = Extract<Condition, { readonly operator: string }>
type DistributiveOmit<A, Key extends PropertyKey> = A extends unknown ? Omit<A, Key> : never
type NonEmpty<A> = readonly [A, ...ReadonlyArray<A>]

/** A condition without the field that it is on. */
export type Asked = DistributiveOmit<OnField, "field">

/** A condition with one operator, without the field that it is on. */
export type AskedBy<Name extends OperatorName> = With<Name, OnField>

type With<Name extends OperatorName, A> = A extends { readonly operator: infer Names }
  ? Name extends Names
    ? Omit<A, "field" | "operator"> & { readonly operator: Name }
    : never
  : never

/** What the tests show of one operator. Nothing may be left out. */
export interface Examples<Name extends OperatorName> {
  /** Conditions with values that meet them and values that do not. */
  readonly evaluated: NonEmpty<{
    readonly asked: AskedBy<Name>
    readonly met: NonEmpty<unknown>
    readonly unmet: NonEmpty<unknown>
  }>
  /** Conditions on the field `kind`, each with a value that does not meet it and the sentence that says so. */
  readonly explained: NonEmpty<readonly [asked: AskedBy<Name>, value: unknown, sentence: string]>
  /** Limits at their edges, which are accepted. Needed where the operator checks limits. */
  readonly limits: ReadonlyArray<AskedBy<Name>>
  /** Limits that are refused, each with the end of the message. Needed where the operator checks limits. */
  readonly wrongLimits: ReadonlyArray<readonly [asked: AskedBy<Name>, message: string]>
  /** Two conditions on a field: whatever meets the first meets the second. */
  readonly redundant: NonEmpty<readonly [first: Asked, second: Asked]>
  /** Two conditions on a field: nothing meets both. */
  readonly contradictory: NonEmpty<readonly [first: Asked, second: Asked]>
  /** Conditions that share values with those of other operators, for the properties of the analysis. */
  readonly overlapping: NonEmpty<AskedBy<Name>>
}

/** The examples of several operators. */
export type ExamplesOf<Name extends OperatorName> = { readonly [Key in Name]: Examples<Key> }

/** A number as it is written. */
export const raw = (text: string): RawNumber => JSON.rawJSON(text)
