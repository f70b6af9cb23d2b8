/** A lead's status in the words of people, with a colour and a shape. */
import type { ListedLead } from "@lead-gateway/client"

/** The statuses of leads. */
export type LeadStatus = ListedLead["status"]

/** Each status: its name, what it means, and the tone in which it is shown. */
export const statuses = {
  RECEIVED: { name: "Received", meaning: "stored, waits for a worker", tone: "open" },
  READY: { name: "Ready", meaning: "passed the rules, waits for delivery", tone: "open" },
  DELIVERED: { name: "Delivered", meaning: "the customer has it", tone: "good" },
  REJECTED: { name: "Rejected", meaning: "broke a rule", tone: "neutral" },
  FAILED: { name: "Failed", meaning: "another attempt is scheduled, or it is parked", tone: "warn" },
  PERMANENTLY_FAILED: {
    name: "Given up",
    meaning: "will not be delivered unless it is replayed",
    tone: "bad",
  },
} as const satisfies Record<
  LeadStatus,
  { readonly name: string; readonly meaning: string; readonly tone: string }
>

/** The two halves of `FAILED`: a lead that has a reason is parked, another one waits for its next attempt. */
const failed = {
  parked: {
    name: "Parked",
    meaning: "nothing is sent until somebody mends the cause and replays it",
    tone: "warn",
  },
  retrying: { name: "Failed", meaning: "another attempt is scheduled", tone: "warn" },
} as const

/** A status in words. */
export const wordsOf = (status: LeadStatus, reason?: string | null) =>
  status === "FAILED" && reason !== undefined
    ? failed[reason === null ? "retrying" : "parked"]
    : statuses[status]

interface StatusProps {
  readonly status: LeadStatus
  /** Why the lead has it, if that is known; null if it has none. */
  readonly reason?: string | null
}

export const Status = ({ reason, status }: StatusProps) => {
  const { meaning, name, tone } = wordsOf(status, reason)
  return (
    <span class={`status ${tone}`} title={`${status}: ${meaning}`}>
      {name}
    </span>
  )
}

/** A reason such as `ZIP_NOT_66XXX` in words: `Zip not 66xxx` would help nobody, so it stays as rules name it. */
export const Reason = ({ reason }: { readonly reason: string | null }) =>
  reason === null ? <span class="faint">–</span> : <code class="reason">{reason}</code>
