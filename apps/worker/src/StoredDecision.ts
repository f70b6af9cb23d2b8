import { RejectionReason } from "@lead-gateway/lead"
import type { Decision, Finding, Flow } from "@lead-gateway/lead-pipeline"
import type { JsonObject } from "@lead-gateway/lossless-json"
import type { StoredDecision } from "@lead-gateway/lead-store"

/** A decision of the pipeline as the store keeps it, stamped with the flow's versions. */
export const toStored = (flow: Flow.Flow, decision: Decision): StoredDecision => {
  const decidedWith = flow.versions
  const flags = flagsOf(decision)
  switch (decision._tag) {
    case "Rejected":
      return {
        status: "REJECTED",
        reason: RejectionReason.make(decision.reason),
        details: { ...told(decision), ...flags },
        decidedWith,
      }
    case "Parked":
      return {
        status: "FAILED",
        reason: RejectionReason.make(decision.reason),
        details: { reason: decision.reason, missing: decision.missing, ...flags },
        normalized: decision.normalized,
        omitted: decision.omitted,
        decidedWith,
      }
    case "Ready":
      return {
        status: "READY",
        details: flags,
        normalized: decision.normalized,
        customerPayload: decision.customerPayload,
        omitted: decision.omitted,
        decidedWith,
      }
  }
}

/** What rules flagged the lead for; nothing where none did. */
const flagsOf = ({ flags }: Decision): JsonObject => (flags.length === 0 ? {} : { flags: flags.map(told) })

/** What a rule found, in the words of a lead's history. It quotes nothing of the lead. */
const told = ({
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
