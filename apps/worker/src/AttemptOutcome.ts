/**
 * How an attempt may end, and the sentence that a lead's history shows for a failure.
 */
import type { DeliveryOutcome } from "@lead-gateway/customer-client"

/** How an attempt may end: as the client reports it, or unknown. It is also the input of the retry policy. */
export type AttemptOutcome = Exclude<DeliveryOutcome, { readonly _tag: "AddressRefused" }> | UnseenOutcome

interface UnseenOutcome {
  readonly _tag: "OutcomeUnknown"
  readonly message: string
}

/** Completes an attempt that a lost worker left open. */
export const workerLost: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was lost after it had opened this attempt",
}

/** Completes an attempt whose exchange a stop aborted. */
export const workerStopped: UnseenOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was stopped before the customer had answered",
}

/** Why an attempt failed, in a sentence that quotes neither the lead nor the answer's body. */
export const messageOf = (outcome: DeliveryOutcome | UnseenOutcome): string => {
  switch (outcome._tag) {
    case "Answered":
      return outcome.status >= 200 && outcome.status < 300
        ? `the customer answered ${outcome.status} without accepting the lead`
        : `the customer answered ${outcome.status}`
    case "TimedOut":
      return outcome.phase === "connect"
        ? `no connection within ${outcome.durationMs} ms`
        : `no answer within ${outcome.durationMs} ms`
    default:
      return outcome.message
  }
}
