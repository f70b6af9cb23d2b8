import type { ReadReplica } from "@lead-gateway/lead-store"
import type { Metrics } from "@lead-gateway/runtime"

/** Adds how the replica stands; nothing where none is configured. */
export const observeReplica = (metrics: Metrics, { status }: ReadReplica["Service"]): void => {
  if (status() === undefined) return
  metrics.observe(
    {
      type: "gauge",
      name: "lead_gateway_read_replica_up",
      help: "1 while lists and statistics are read from the replica, 0 while it does not answer or lags behind too far",
    },
    () => (status()?.status === "up" ? 1 : 0),
  )
  metrics.observe(
    {
      type: "gauge",
      name: "lead_gateway_read_replica_lag_seconds",
      help: "How far the replica is behind the primary, at most; absent while that is not known",
    },
    () => {
      const lagMs = status()?.lagMs ?? undefined
      return lagMs === undefined ? undefined : lagMs / 1000
    },
  )
}
