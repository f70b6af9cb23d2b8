/** The proof that no lead is lost. */
import { Schema } from "effect"

const Count = Schema.Int

/** How many leads are in each account. */
export const Ledger = Schema.Struct({
  received: Count.annotate({ description: "Leads ever received" }),
  rejected: Count,
  delivered: Count,
  retrying: Count.annotate({
    description: "The last attempt failed and another is scheduled: one half of `FAILED`",
  }),
  parked: Count.annotate({ description: "A required field is missing: the other half of `FAILED`" }),
  permanentlyFailed: Count,
  inFlight: Count.annotate({ description: "`RECEIVED` or `READY`" }),
  unaccounted: Count.annotate({ description: "`received` less the sum of the others: always 0" }),
}).pipe(
  Schema.encodeKeys({ permanentlyFailed: "permanently_failed", inFlight: "in_flight" }),
  Schema.annotateEncoded({
    identifier: "Ledger",
    examples: [
      {
        received: 1000,
        rejected: 150,
        delivered: 800,
        retrying: 5,
        parked: 5,
        permanently_failed: 36,
        in_flight: 4,
        unaccounted: 0,
      },
    ],
  }),
)
export type Ledger = typeof Ledger.Type
