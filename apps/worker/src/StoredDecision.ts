import type { Decision, Flow } from "@lead-gateway/lead-pipeline"
import type { StoredDecision } from "@lead-gateway/lead-store"

/** A decision of the pipeline as the store keeps it, stamped with the flow's versions. */
export const toStored = (flow: Flow.Flow, decision: Decision): StoredDecision => {
  const decidedWith = flow.versions
  switch (decision._tag) {
    case "Rejected":
      return {
        status: "REJECTED",
        reason: decision.reason,
        details: { reason: decision.reason, rule: { ...decision.rule }, explanation: decision.explanation },
        decidedWith,
      }
    case "Parked":
      return {
        status: "FAILED",
        reason: decision.reason,
        details: { reason: decision.reason, missing: decision.missing },
        normalized: decision.normalized,
        omitted: decision.omitted,
        decidedWith,
      }
    case "Ready":
      return {
        status: "READY",
        normalized: decision.normalized,
        customerPayload: decision.customerPayload,
        omitted: decision.omitted,
        decidedWith,
      }
  }
}
