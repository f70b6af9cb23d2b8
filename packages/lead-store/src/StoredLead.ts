/**
 * Leads as they are stored, and how they are read: pure functions.
 *
 * The entry `@lead-gateway/lead-store/stored-lead`, apart from the rest: a process that decides on leads loads no driver.
 */
import { LeadId } from "@lead-gateway/lead"
import { isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { storedJson } from "./storable.ts"

export { storableJson } from "./storable.ts"

/** A lead with the last decision on it, as it is stored: payloads are JSON texts. It holds personal data. */
export interface StoredLead {
  readonly id: number
  readonly correlationId: string
  readonly payload: string
  /** Undefined: it waits for a decision. */
  readonly decision:
    | (Omit<NonNullable<DecidedLead["decision"]>, "customerPayload"> & {
        readonly customerPayload: string | null
      })
    | undefined
}

/** A lead with the last decision on it. It holds personal data. */
export interface DecidedLead {
  readonly id: LeadId
  readonly correlationId: string
  /** What it was, or would be, decided on: the payload as received, with the patches of operators. */
  readonly payload: JsonObject
  /** Undefined: it waits for a decision. */
  readonly decision:
    | {
        /** Milliseconds since 1970. */
        readonly atMs: number
        readonly verdict: "READY" | "REJECTED" | "PARKED"
        readonly reason: string | null
        readonly idempotencyKey: string | null
        /** As stored; null unless the verdict is READY. */
        readonly customerPayload: Json
      }
    | undefined
}

/** Parses a stored lead; undefined if its payload cannot be read. */
export const decidedLead = ({
  correlationId,
  decision,
  id,
  payload: text,
}: StoredLead): DecidedLead | undefined => {
  const payload = storedJson(text)
  if (!isJsonObject(payload)) return undefined
  return {
    id: LeadId.make(id),
    correlationId,
    payload,
    decision: decision && {
      ...decision,
      customerPayload:
        decision.customerPayload === null ? null : (storedJson(decision.customerPayload) ?? null),
    },
  }
}
