import { type ClassificationRow, defaultClassification, lastRow } from "./ClassificationRow.ts"
import { isNetworkError, ownersOf } from "./internal/owners.ts"
import type { Fault } from "./Outcome.ts"

/** What an outcome means by the table of a policy. */
export interface Classification {
  /** Whether the customer has the lead, another attempt may mend it, or none can. */
  readonly means: "delivered" | "retry" | "give_up"
  /** Whose fault the failed attempt is; `undefined` for a delivery. It is told to people and decides nothing. */
  readonly fault: Fault | undefined
  /** Whether a `Retry-After` of the answer counts. */
  readonly retryAfter: boolean
}

/** The rows of a policy and the default ones behind them, made ready to be looked up by `classify`. */
export interface ClassificationTable {
  /** By status, from 100 to 999. */
  readonly statuses: ReadonlyMap<number, Classification>
  /** By word or code, where a network error has a row of its own. */
  readonly errors: ReadonlyMap<string, Classification>
  readonly anyStatus: Classification
  readonly unreachable: Classification
  readonly timeout: Classification
  readonly notSent: Classification
  readonly outcomeUnknown: Classification
}

/** Makes the table of a policy's rows. */
export const tabulate = (rows: ReadonlyArray<ClassificationRow>): ClassificationTable => {
  const { owners } = ownersOf([...rows, ...defaultClassification])
  const meaningOf = (outcome: number | string) => classificationOf(owners.get(outcome)?.row ?? lastRow)
  const outcomes = [...owners.keys()]
  return {
    statuses: new Map(
      outcomes.filter((outcome) => typeof outcome === "number").map((status) => [status, meaningOf(status)]),
    ),
    errors: new Map(outcomes.filter(isNetworkError).map((error) => [error, meaningOf(error)])),
    anyStatus: meaningOf("any_status"),
    unreachable: meaningOf("unreachable"),
    timeout: meaningOf("timeout"),
    notSent: meaningOf("not_sent"),
    outcomeUnknown: meaningOf("outcome_unknown"),
  }
}

const classificationOf = (row: ClassificationRow): Classification => ({
  means: row.means,
  fault: row.means === "delivered" ? undefined : row.fault,
  retryAfter: row.means === "retry" && (row.retry_after ?? true),
})
