/** Decides on stored leads again, and compares with what was decided. */
import type { PreviewComparison } from "@lead-gateway/api-contract"
import { decide, type Decision, type Flow } from "@lead-gateway/lead-pipeline"
import { type DecidedLead, storableJson } from "@lead-gateway/lead-store"
import { type LeadId, Reason } from "@lead-gateway/lead"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { Duration, Effect } from "effect"
import { isTooLong } from "./isTooLong.ts"

/** Reads a page of leads, the newest first. */
type ReadPage<E> = (query: {
  readonly before: number | undefined
  readonly limit: number
}) => Effect.Effect<{ readonly leads: Iterable<DecidedLead>; readonly last: number | undefined }, E>

/** What decides on stored leads. */
export interface Draft {
  readonly flow: Flow.Flow
  /** Leads with these payloads are left out. */
  readonly isTooLarge: (payload: Json) => boolean
}

/**
 * Compares what a flow would decide on the newest leads with what was decided on them, each at the time of its decision.
 *
 * It decides for 2 ms at a time, a lead at least, and rests as long, so that senders wait little longer while it runs, and it
 * ends after 4 s.
 */
export const compareStored = Effect.fnUntraced(function* <E>(
  draft: Draft,
  most: number,
  read: ReadPage<E>,
): Effect.fn.Return<PreviewComparison, E> {
  const ends = performance.now() + Duration.toMillis(patience)
  const comparison = makeComparison(draft)
  let before: number | undefined
  let left = most
  while (left > 0 && performance.now() < ends) {
    const { last, leads } = yield* read({ before, limit: Math.min(left, pageSize) })
    if (last === undefined) return comparison.result(true)
    before = last
    let sliceBegan = performance.now()
    for (const lead of leads) {
      comparison.add(lead)
      left--
      const took = performance.now() - sliceBegan
      if (took < sliceMs) continue
      yield* Effect.sleep(took)
      if (performance.now() >= ends) return comparison.result(false)
      sliceBegan = performance.now()
    }
  }
  return comparison.result(left <= 0)
})

const patience = Duration.seconds(4)
const sliceMs = 2
/** Leads in a page. */
const pageSize = 100
const maxExamples = 20

interface Change {
  readonly from: Decided
  readonly to: Decided
  count: number
  readonly examples: Array<LeadId>
}

type Decided = PreviewComparison["changes"][number]["from"]

const makeComparison = ({ flow, isTooLarge }: Draft) => {
  const changes = new Map<string, Change>()
  const payloads = { count: 0, examples: Array<LeadId>() }
  let leads = 0
  let undecided = 0
  return {
    add: (lead: DecidedLead): void => {
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
    result: (isComplete: boolean): PreviewComparison => {
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
