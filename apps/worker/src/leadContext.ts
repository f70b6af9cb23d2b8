import type { MetaName } from "@lead-gateway/flow-files"
import type { ClaimedLead } from "@lead-gateway/lead-store"
import { TraceParent } from "@lead-gateway/telemetry"
import { Effect, Option } from "effect"

/** What templates may name by `$meta`. */
export const metaOf = ({
  correlationId,
  id,
  idempotencyKey,
}: ClaimedLead): Record<MetaName, string | number> => ({
  lead_id: id,
  correlation_id: correlationId,
  idempotency_key: idempotencyKey,
})

/** The sender's trace goes on; without one, a lead's attempts share a trace that is its idempotency key. */
export const traceparent = (lead: ClaimedLead): Effect.Effect<string> => {
  const sent = Option.flatMap(Option.fromNullishOr(lead.traceparent), TraceParent.parse)
  const trace = Option.getOrElse(sent, () => ({
    traceId: lead.idempotencyKey.replaceAll("-", ""),
    spanId: "",
    sampled: false,
  }))
  return Effect.map(TraceParent.child(trace), TraceParent.format)
}
