/** Decides on stored leads again, and compares with what was decided. */
import type { PreviewComparison } from "@lead-gateway/api-contract"
import { decide, type Decision, type Flow } from "@lead-gateway/lead-pipeline"
import {
  type DecidedLead,
  decidedLead,
  storableJson,
  type StoredLead,
} from "@lead-gateway/lead-store/stored-lead"
import { type LeadId, Reason } from "@lead-gateway/lead"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { isTooLong } from "./isTooLong.ts"

/** What decides on stored leads. */
interface Draft {
  readonly flow: Flow.Flow
  /** Leads with these payloads are left out. */
  readonly isTooLarge: (payload: Json) => boolean
}

/** What a draft changes about the leads that were added. */
export interface Comparison {
  /** Decides on a lead at the time of its decision. One whose payload cannot be read is left out. */
  readonly add: (lead: StoredLead) => void
  readonly result: (isComplete: boolean) => PreviewComparison
}

const maxExamples = 20

interface Change {
  readonly from: Decided
  readonly to: Decided
  count: number
  readonly examples: Array<LeadId>
}

type Decided = PreviewComparison["changes"][number]["from"]

/** Compares by a draft; no lead is added yet. */
export const makeComparison = ({ flow, isTooLarge }: Draft): Comparison => {
  const changes = new Map<string, Change>()
  const payloads = { count: 0, examples: Array<LeadId>() }
  let leads = 0
  let undecided = 0
  return {
    add: (stored) => {
      const lead = decidedLead(stored)
      if (lead === undefined) return
      if (lead.decision === undefined || isTooLarge(lead.payload)) {
        undecided++
        return
      }
      leads++
      const made = decide(flow, inputOf(lead, lead.decision))
      const from = { decision: lead.decision.verdict, reason: lead.decision.reason }
      const to = decidedOf(made, lead)
      if (from.decision !== to.decision || from.reason !== to.reason) {
        const key = JSON.stringify([from, to])
        const change = changes.get(key) ?? { from, to, count: 0, examples: [] }
        changes.set(key, change)
        note(change, lead.id)
      } else if (
        made._tag === "Ready" &&
        to.decision === "READY" &&
        differs(made.customerPayload, lead.decision.customerPayload)
      ) {
        note(payloads, lead.id)
      }
    },
    result: (isComplete) => {
      const all = [...changes.values()].toSorted((one, other) => other.count - one.count)
      const changed = all.reduce((sum, { count }) => sum + count, 0)
      return { leads, undecided, isComplete, changed, changes: all, payloadsChanged: payloads }
    },
  }
}

const note = (counted: { count: number; readonly examples: Array<LeadId> }, id: LeadId): void => {
  counted.count++
  if (counted.examples.length < maxExamples) counted.examples.push(id)
}

const inputOf = (
  { correlationId, id, payload }: DecidedLead,
  { atMs, idempotencyKey }: NonNullable<DecidedLead["decision"]>,
) => ({
  payload,
  deliveryMetadata: {
    lead_id: id,
    correlation_id: correlationId,
    idempotency_key: idempotencyKey ?? "preview",
  },
  nowMs: atMs,
})

const verdicts = { Rejected: "REJECTED", Parked: "PARKED" } as const

const decidedOf = (decision: Decision, { payload }: DecidedLead): Decided => {
  if (decision._tag !== "Ready") return { decision: verdicts[decision._tag], reason: decision.reason }
  return isTooLong(decision.customerPayload, payload)
    ? { decision: "PARKED", reason: Reason.customerPayloadTooLarge }
    : { decision: "READY", reason: null }
}

/** As JSON texts: the stored one was written by the same functions. */
const differs = (made: Json, stored: Json): boolean => stringify(storableJson(made)) !== stringify(stored)
