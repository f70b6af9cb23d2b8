/** Why leads are not delivered. */
import { LeadId, LeadStatus, RejectionReason } from "@lead-gateway/lead"
import { Schema } from "effect"
import { Timestamp } from "./WireValue.ts"

/** The leads that have one reason. */
export const ReasonCount = Schema.Struct({
  status: LeadStatus,
  reason: RejectionReason,
  leads: Schema.Int.annotate({ description: "How many leads have it now; 10000 means that many or more" }),
  newest: Schema.Array(LeadId).annotate({ description: "The newest of them, five at most" }),
  newestAt: Timestamp.annotate({ description: "When the last of those came to it" }),
}).pipe(Schema.encodeKeys({ newestAt: "newest_at" }), Schema.annotateEncoded({ identifier: "ReasonCount" }))
export type ReasonCount = typeof ReasonCount.Type

/** All reasons that leads have. */
export const Reasons = Schema.Struct({ data: Schema.Array(ReasonCount) }).pipe(
  Schema.annotateEncoded({
    identifier: "Reasons",
    examples: [
      {
        data: [
          {
            status: "REJECTED",
            reason: "ZIP_NOT_66XXX",
            leads: 412,
            newest: [4711, 4702],
            newest_at: "2026-01-21T10:35:00Z",
          },
          {
            status: "FAILED",
            reason: "MISSING_REQUIRED_FIELD",
            leads: 1,
            newest: [4698],
            newest_at: "2026-01-21T09:12:40Z",
          },
        ],
      },
    ],
  }),
)
export type Reasons = typeof Reasons.Type
