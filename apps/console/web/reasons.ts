/** What the reasons mean that the gateway gives itself, and what helps. A rule names its own. */
import type { ReasonCount } from "@lead-gateway/client"

/** Why leads stand where they do, in two sentences: the cause, and what to do. */
export const adviceOn = ({ reason, status }: Pick<ReasonCount, "reason" | "status">): string => {
  if (status === "REJECTED") {
    return reason === "MISSING_REQUIRED_FIELD"
      ? "A field that a rule reads is missing. If that is usual, ask their sender for the field."
      : "A rule does not want them. If you do, change the rule, then replay: a draft says beforehand how many would pass."
  }
  return (
    advices[reason] ??
    (status === "FAILED"
      ? parked
      : "The customer refused them with this reason. Ask the customer, then replay.")
  )
}

const parked = "Parked: something keeps them from being sent. Open one to see what, mend that, then replay."

const advices: Readonly<Record<string, string>> = {
  MISSING_REQUIRED_FIELD:
    "Parked: the customer needs a field that they lack, such as the phone. Mend the sender or the template, then replay.",
  CUSTOMER_PAYLOAD_TOO_LARGE:
    "Parked: what the customer would get is too long. Mend the template or the mapping, then replay.",
  CUSTOMER_REFUSED:
    "The customer refused them, and would refuse them again. Open one to see its answer, mend that, then replay.",
  RETRIES_EXHAUSTED: "Every attempt failed. Replay them once the customer takes leads again.",
  DELIVERY_OUTCOME_UNKNOWN:
    "Nobody saw how the last attempt ended. Ask the customer whether it has them before you replay.",
}
