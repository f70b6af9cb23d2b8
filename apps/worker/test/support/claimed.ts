/** Work as a claim gives it. */
import { LeadId } from "@lead-gateway/lead"
import type { ClaimedWork, DueDelivery, LostAttempt, UndecidedLead } from "@lead-gateway/lead-store"

const common = (id: number) => ({
  leadId: LeadId.make(id),
  deliveryNo: 0,
  lease: "6b1e9f2c-2d1b-4a51-9a53-0d3d3bb0c9a1",
  attemptNo: 0,
  uncountedAttempts: 0,
  internalFailures: 0,
  unseenAttempt: false,
  receivedAgeMs: 50,
  ageMs: undefined as number | undefined,
  correlationId: `c-${id}`,
  traceparent: undefined as string | undefined,
  characters: 100,
})

type More = Partial<ReturnType<typeof common>>

export const undecided = (
  id: number,
  payload: UndecidedLead["payload"] = { phone: "+49123456789", zipcode: "66123", house: { is_owner: true } },
): UndecidedLead => ({ _tag: "Undecided", ...common(id), payload })

export const due = (id: number, more: More = {}): DueDelivery => ({
  _tag: "Due",
  ...common(id),
  attemptNo: 1,
  idempotencyKey: "0f0e0d0c-0b0a-4908-8706-050403020100",
  body: `{"lead":${id}}`,
  ...more,
})

export const lostAttempt = (id: number, more: More & { readonly isProbe?: boolean } = {}): LostAttempt => ({
  _tag: "LostAttempt",
  ...common(id),
  attemptNo: 1,
  isProbe: false,
  ...more,
})

export const unreadable = (id: number, more: More = {}): ClaimedWork => ({
  _tag: "Unreadable",
  ...common(id),
  correlationId: "",
  ...more,
})
