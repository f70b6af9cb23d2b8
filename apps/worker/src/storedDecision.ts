import { Reason, type RejectionReason, type UnreadValue } from "@lead-gateway/lead"
import type { Decision, Finding, Parked, Ready } from "@lead-gateway/lead-pipeline"
import { defaultCustomer, storableText, type StoredDecision } from "@lead-gateway/lead-store"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { boundedTextOf, textOf } from "./documentSize.ts"

/** What a stored decision has beside the decision of the pipeline. */
export interface DecisionContext {
  /** The payload as received: documents that are too long for it are left out. */
  readonly payload: JsonObject
  /** The versions of the flow, as JSON. */
  readonly decidedWith: string
  readonly idempotencyKey: string
  /** Hashes of the lead's contacts; none unless given. */
  readonly contacts?: ReadonlyArray<string> | undefined
}

/**
 * A decision of the pipeline in the form of the store. It is bounded, whatever the payload: of lists the first entries are
 * kept, and `left_out` of the details says how many more there were. A lead whose customer payload is too long is parked.
 */
export const storedDecision = (decision: Decision, context: DecisionContext): StoredDecision => {
  // A rejected lead was normalised only if its rules look at the normalised payload.
  const { normalized: document, omitted, unread } = decision as Partial<Parked>
  const normalized = document === undefined ? null : (boundedTextOf(document, context.payload) ?? null)
  const leftOut: LeftOut = {
    ...(document !== undefined && normalized === null && { normalized_payload: 1 }),
    ...leftOutOf("omitted_attributes", omitted, maxOmitted),
    ...leftOutOf("unread", unread, maxUnread),
  }
  const common = {
    normalized,
    omitted: omitted === undefined ? none : firstOf(omitted, maxOmitted),
    unread: unreadOf(unread),
    decidedWith: context.decidedWith,
    ...(context.contacts === undefined ? {} : { contacts: context.contacts }),
    delivery: null,
  }
  if (decision._tag === "Rejected") {
    const details = detailsOf(decision, explained(decision), leftOut)
    return { ...common, verdict: "REJECTED", reason: decision.reason as RejectionReason, details }
  }
  if (decision._tag === "Parked") return { ...common, ...parked(decision, leftOut) }
  const body = boundedTextOf(decision.customerPayload, context.payload)
  if (body === undefined) return { ...common, ...tooLong(decision, leftOut) }
  return {
    ...common,
    verdict: "READY",
    reason: null,
    details: detailsOf(decision, nothing, leftOut),
    delivery: { customerId: defaultCustomer, idempotencyKey: context.idempotencyKey, body },
  }
}

const parked = (decision: Parked, leftOut: LeftOut) => {
  const { missing, reason } = decision
  const known = { reason, missing: firstOf(missing, maxMissing).map(storableText) }
  return {
    verdict: "PARKED" as const,
    reason: reason as RejectionReason,
    details: detailsOf(decision, known, { ...leftOut, ...leftOutOf("missing", missing, maxMissing) }),
  }
}

const tooLong = (decision: Ready, leftOut: LeftOut) => {
  const reason = Reason.customerPayloadTooLarge
  return { verdict: "PARKED" as const, reason, details: detailsOf(decision, { reason }, leftOut) }
}

/** How many entries of each list were left out, and 1 for a document. */
type LeftOut = Readonly<Record<string, number>>

const maxOmitted = 200
const maxUnread = 100
const maxMissing = 100

const firstOf = <A>(list: ReadonlyArray<A>, most: number): ReadonlyArray<A> =>
  list.length > most ? list.slice(0, most) : list

const leftOutOf = (name: string, list: ReadonlyArray<unknown> = none, most: number): LeftOut =>
  list.length > most ? { [name]: list.length - most } : {}

/** Paths hold keys of the lead, which Postgres may not be able to store. */
const unreadOf = (unread: Decision["unread"] = none): ReadonlyArray<UnreadValue> =>
  unread.length === 0
    ? none
    : firstOf(unread, maxUnread).map(({ kind, path }) => ({ path: storableText(path), kind }))

const none: ReadonlyArray<never> = []

/** The details as JSON, with the findings of the rules that flagged the lead. */
const detailsOf = ({ flags }: Decision, known: JsonObject, leftOut: LeftOut): string => {
  const isLeftOut = Object.keys(leftOut).length > 0
  if (known === nothing && flags.length === 0 && !isLeftOut) return "{}"
  return textOf({
    ...known,
    ...(flags.length > 0 && { flags: flags.map(explained) }),
    ...(isLeftOut && { left_out: leftOut }),
  })
}

const nothing: JsonObject = {}

/** The finding of a rule, as a lead's history shows it. It does not quote the lead. */
const explained = ({
  explanation,
  message,
  reason,
  rule,
}: Pick<Finding, "explanation" | "message" | "reason" | "rule">) => ({
  reason,
  rule: { ...rule },
  explanation,
  ...(message === undefined ? {} : { message }),
})
