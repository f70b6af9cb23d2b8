/**
 * How an attempt may end, and the sentence that a lead's history shows for a failure or an unreadable answer.
 */
import type { DeliveryOutcome } from "@lead-gateway/customer-client"

/** How an attempt may end: as the client reports it, or unknown. It is also the input of the retry policy. */
export type AttemptOutcome = Exclude<DeliveryOutcome, { readonly _tag: "AddressRefused" }> | UnknownOutcome

interface UnknownOutcome {
  readonly _tag: "OutcomeUnknown"
  readonly message: string
}

/** Completes an attempt that a lost worker left open. */
export const workerLost: UnknownOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was lost after it had opened this attempt",
}

/** Completes an attempt whose exchange a stop aborted. */
export const workerStopped: UnknownOutcome = {
  _tag: "OutcomeUnknown",
  message: "outcome unknown: the worker was stopped before the customer had answered",
}

/** Why an attempt failed, in a sentence that quotes neither the lead nor the answer's body. */
export const messageOf = (outcome: DeliveryOutcome | UnknownOutcome): string => {
  switch (outcome._tag) {
    case "Answered":
      return outcome.status >= 200 && outcome.status < 300
        ? answeredSentence(outcome, " without accepting the lead")
        : answeredSentence(outcome)
    case "TimedOut":
      return outcome.phase === "connect"
        ? `no connection within ${outcome.durationMs} ms`
        : `no answer within ${outcome.durationMs} ms`
    default:
      return outcome.message
  }
}

/**
 * What a delivered attempt has to say: why the answer's body is empty although there was one, as the customer client reports
 * it. Null for every other delivery.
 */
export const deliveredMessage = (outcome: DeliveryOutcome | UnknownOutcome): string | null =>
  outcome._tag === "Answered" && outcome.unreadable !== undefined ? answeredSentence(outcome) : null

const answeredSentence = (
  { status, unreadable }: Extract<DeliveryOutcome, { readonly _tag: "Answered" }>,
  detail = "",
): string => {
  const answer = `the customer answered ${status}${detail}`
  return unreadable === undefined ? answer : `${answer}; its body could not be read: ${unreadable}`
}
