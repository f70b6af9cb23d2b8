import type { ClassificationRow } from "./ClassificationRow.ts"
import type { Fault, Health } from "./Outcome.ts"

/** What an outcome means according to a policy: one row says it all, so that no two readers of it disagree. */
export interface Classification {
  /** Whether the customer has the lead, another attempt may succeed, or none can. */
  readonly means: "delivered" | "retry" | "give_up"
  /** Whose fault the failed attempt is; `undefined` for a delivery. For people: it changes no decision. */
  readonly fault: Fault | undefined
  /**
   * What the outcome shows about the customer's API, for circuit breakers: `success` for a delivery, else what the row
   * says, by default `rejected` for a fault of the lead, `unavailable` for the customer's, `unknown` for ours.
   */
  readonly health: Health
  /** Whether a `Retry-After` header of the answer is respected. */
  readonly retryAfter: boolean
  /**
   * The customer's own words, if the row names a path to them and something is there: trimmed, at most 500 characters,
   * without what Postgres cannot hold. May repeat the lead: keep it in the lead's record, out of logs.
   */
  readonly reason: string | undefined
}

/** The classification of a row, without the words of an answer. */
export const classificationOf = (row: ClassificationRow): Classification =>
  row.means === "delivered"
    ? { means: "delivered", fault: undefined, health: "success", retryAfter: false, reason: undefined }
    : {
        means: row.means,
        fault: row.fault,
        health: row.health ?? healthByFault[row.fault],
        retryAfter: row.means === "retry" && row.retry_after !== false,
        reason: undefined,
      }

/** What a fault shows about the customer, unless a row says otherwise. */
const healthByFault = { lead: "rejected", customer: "unavailable", ours: "unknown" } as const
