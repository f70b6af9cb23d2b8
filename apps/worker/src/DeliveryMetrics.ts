import type { AttemptRecord, StoredDecision } from "@lead-gateway/lead-store"
import type { Cell, Metrics } from "@lead-gateway/runtime"

/** Counts decisions and deliveries: plain functions that change numbers, called for every lead. */
export interface DeliveryMetrics {
  /** A decision is stored. */
  readonly decided: (decision: StoredDecision) => void
  /**
   * The outcome of an attempt is stored, so many milliseconds after its lead was received. `updated` is false when the lead
   * did not change by it: a newer attempt or a final state was stored.
   */
  readonly recorded: (record: AttemptRecord, updated: boolean, receivedAgeMs: number) => void
}

/** Seconds: from a customer next door to the longest time-out that is usual. */
const exchangeBuckets = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60]

/** Seconds: from a lead that is delivered at once, by the default retries (after 30 s, 7.5 min), to a day. */
const ageBuckets = [0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 450, 1800, 7200, 86_400]

/** The metrics of deliveries to the customer of this name. */
export const makeDeliveryMetrics = (metrics: Metrics, customer: string): DeliveryMetrics => {
  const decisions = metrics.counter({
    name: "lead_gateway_decisions_total",
    help: "Decisions on leads, by the state that followed and the reason of those that are not READY",
    labels: ["outcome", "reason"],
  })
  const deliveries = metrics.counter({
    name: "lead_gateway_deliveries_total",
    help: "Attempts to deliver whose outcome is stored, by the state that followed and whose fault a failure was",
    labels: ["customer", "outcome", "fault"],
  })
  const failures = metrics.counter({
    name: "lead_gateway_delivery_failures_total",
    help: "Attempts that did not deliver, by whose fault it was",
    labels: ["customer", "fault"],
  })
  const durations = metrics
    .histogram({
      name: "lead_gateway_delivery_duration_seconds",
      help: "Exchanges with the customer, also those that failed",
      labels: ["customer"],
      buckets: exchangeBuckets,
    })
    .of(customer)
  const ages = metrics
    .histogram({
      name: "lead_gateway_received_to_delivered_seconds",
      help: "From the webhook of a lead to its stored delivery",
      buckets: ageBuckets,
    })
    .of()
  const retries = metrics
    .counter({ name: "lead_gateway_retry_scheduled_total", help: "Retries that were scheduled" })
    .of()

  // Keyed by reasons and faults alone, since a key of several parts would be a new text for each lead.
  const byReason = { REJECTED: new Map<string, Cell>(), PARKED: new Map<string, Cell>() }
  const byFault = {
    DELIVERED: new Map<string, Cell>(),
    RETRYING: new Map<string, Cell>(),
    PERMANENTLY_FAILED: new Map<string, Cell>(),
  }
  const failuresByFault = new Map<string, Cell>()
  const ready = decisions.of("READY", "none")

  return {
    decided: ({ reason, verdict }) => {
      if (verdict === "READY") return void ready.value++
      const why = reason ?? "none"
      cellOf(byReason[verdict], why, () => decisions.of(verdict, why)).value++
    },
    recorded: ({ durationMs, fault, next }, updated, receivedAgeMs) => {
      const whose = fault ?? "none"
      cellOf(byFault[next.state], whose, () => deliveries.of(customer, next.state, whose)).value++
      if (durationMs !== null) durations.observe(durationMs / 1000)
      if (next.state !== "DELIVERED") {
        cellOf(failuresByFault, whose, () => failures.of(customer, whose)).value++
      }
      if (!updated) return
      if (next.state === "RETRYING") retries.value++
      if (next.state === "DELIVERED") ages.observe(receivedAgeMs / 1000)
    },
  }
}

const cellOf = (cells: Map<string, Cell>, key: string, make: () => Cell): Cell => {
  const known = cells.get(key)
  if (known !== undefined) return known
  const made = make()
  cells.set(key, made)
  return made
}
