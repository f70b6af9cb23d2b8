/** Lists of leads by filters, as operators see them. */
import { LeadId, LeadStatus, RejectionReason } from "@lead-gateway/lead"
import { Effect, Schema } from "effect"
import { pageOf, pageQuery } from "./Page.ts"
import { Timestamp, TimeParameter } from "./WireValue.ts"

/** One lead in a list, and how far its delivery has come. */
export const ListedLead = Schema.Struct({
  id: LeadId,
  receivedAt: Timestamp,
  status: LeadStatus,
  rejectionReason: Schema.NullOr(RejectionReason),
  correlationId: Schema.String,
  attempts: Schema.Int.annotate({ description: "How many attempts to deliver it were made" }),
  nextAttemptAt: Schema.NullOr(Timestamp).annotate({
    description: "When the next attempt is due; null when none is scheduled or one is under way",
  }),
  isTest: Schema.Boolean.annotate({ description: "An operator sent it as a test" }),
}).pipe(
  Schema.encodeKeys({
    receivedAt: "received_at",
    rejectionReason: "rejection_reason",
    correlationId: "correlation_id",
    nextAttemptAt: "next_attempt_at",
    isTest: "test",
  }),
  Schema.annotateEncoded({
    identifier: "ListedLead",
    description:
      "One lead. `rejection_reason` says why it was rejected, parked or given up, else it is null.",
  }),
)
export type ListedLead = typeof ListedLead.Type

const text = (pattern: RegExp, message: string) =>
  Schema.String.annotate({ message }).check(Schema.isPattern(pattern, { message }))

/** The filters of leads: a lead must match all. */
const leadFilters = {
  status: Schema.optionalKey(LeadStatus.annotate({ message: `one of ${LeadStatus.literals.join(", ")}` })),
  reason: Schema.optionalKey(
    text(
      /^[A-Z][A-Z0-9_]{0,63}$/,
      "a reason such as NOT_HOMEOWNER: capital letters, digits and _, at most 64",
    ),
  ),
  customer: Schema.optionalKey(text(/^[^\0]{1,200}$/u, "the name of a customer, 1 to 200 characters")),
  received_from: Schema.optionalKey(TimeParameter),
  received_before: Schema.optionalKey(TimeParameter),
  email: Schema.optionalKey(text(/^(?=.*\S)[^\0]{1,320}$/u, "an e-mail address, 1 to 320 characters")),
  phone: Schema.optionalKey(text(/^(?=.*\d)[^\0]{1,64}$/u, "a phone number, 1 to 64 characters")),
  correlation_id: Schema.optionalKey(text(/^[!-~]{1,128}$/, "1 to 128 visible ASCII characters")),
  test: Schema.optionalKey(
    Schema.Literals(["true", "false"]).annotate({
      message: "true or false",
      description: "`true`: only test leads, which operators sent; `false`: only others",
    }),
  ),
}

/** The query of a list of leads: filters, and the page. */
export const LeadListQuery = { ...pageQuery(LeadId), ...leadFilters }

/** The query of an export: filters, and the form. */
export const LeadExportQuery = {
  ...leadFilters,
  format: Schema.Literals(["csv", "jsonl"])
    .annotate({ message: "one of csv, jsonl" })
    .pipe(Schema.withDecodingDefaultKey(Effect.succeed("csv" as const))),
}

/** A page of leads, newest first. */
export const LeadPage = pageOf({
  item: ListedLead,
  key: LeadId,
  identifier: "LeadPage",
  examples: [
    {
      data: [
        {
          id: 4712,
          received_at: "2026-01-21T10:36:00Z",
          status: "FAILED",
          rejection_reason: null,
          correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
          attempts: 2,
          next_attempt_at: "2026-01-21T10:37:30Z",
          test: false,
        },
        {
          id: 4711,
          received_at: "2026-01-21T10:35:00Z",
          status: "REJECTED",
          rejection_reason: "NOT_HOMEOWNER",
          correlation_id: "form-2026-0815",
          attempts: 0,
          next_attempt_at: null,
          test: false,
        },
      ],
      next_cursor: "NDcxMQ",
    },
  ],
})
export type LeadPage = typeof LeadPage.Type
