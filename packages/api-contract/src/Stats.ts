/** What operators ask about leads: how many, which came last, what happened to one. */
import { Fault, leadEvents, LeadId, LeadStatus, OmittedAttribute, RejectionReason } from "@lead-gateway/lead"
import { Effect, Schema, SchemaTransformation } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { AnyJson } from "./AnyJson.ts"
import { DatabaseUnavailable, InternalError, InvalidRequest, LeadNotFound } from "./ApiError.ts"
import { numberParameter } from "./internal/numberParameter.ts"
import { OperatorAuth } from "./Security.ts"
import { Timestamp } from "./Timestamp.ts"

const Count = Schema.Int.check(Schema.isGreaterThanOrEqualTo(0))

const WireCounts = Schema.Struct({
  received: Count,
  rejected: Count,
  ready: Count,
  delivered: Count,
  failed: Count,
  permanently_failed: Count,
  total: Count.annotate({ description: "All leads: the sum of the others" }),
}).annotate({
  identifier: "LeadCounts",
  examples: [
    { received: 0, rejected: 2, ready: 0, delivered: 1, failed: 0, permanently_failed: 0, total: 3 },
  ],
})

/** Leads per status; on the wire in lower case and with their `total`. */
export const LeadCounts = WireCounts.pipe(
  Schema.decodeTo(
    Schema.Record(LeadStatus, Count),
    SchemaTransformation.transform({
      decode: (wire) => ({
        RECEIVED: wire.received,
        REJECTED: wire.rejected,
        READY: wire.ready,
        DELIVERED: wire.delivered,
        FAILED: wire.failed,
        PERMANENTLY_FAILED: wire.permanently_failed,
      }),
      encode: (counts) => ({
        received: counts.RECEIVED,
        rejected: counts.REJECTED,
        ready: counts.READY,
        delivered: counts.DELIVERED,
        failed: counts.FAILED,
        permanently_failed: counts.PERMANENTLY_FAILED,
        total: Object.values(counts).reduce((sum, count) => sum + count, 0),
      }),
    }),
  ),
)
export type LeadCounts = typeof LeadCounts.Type

const summaryFields = {
  id: LeadId,
  receivedAt: Timestamp,
  status: LeadStatus,
  rejectionReason: Schema.NullOr(RejectionReason),
}
const summaryKeys = { receivedAt: "received_at", rejectionReason: "rejection_reason" } as const

/** One line of a list of leads. */
export const LeadSummary = Schema.Struct(summaryFields).pipe(
  Schema.encodeKeys(summaryKeys),
  Schema.annotateEncoded({
    identifier: "LeadSummary",
    description:
      "One lead. `rejection_reason` says why it was rejected, parked or given up, else it is null.",
    examples: [
      { id: 3, received_at: "2026-01-21T10:35:00Z", status: "REJECTED", rejection_reason: "NOT_HOMEOWNER" },
    ],
  }),
)
export type LeadSummary = typeof LeadSummary.Type

/** One attempt to deliver. The answer's fields are null while it is open, and when no answer came. */
export const DeliveryAttempt = Schema.Struct({
  attemptNo: Schema.Int,
  attemptedAt: Timestamp,
  success: Schema.Boolean,
  statusCode: Schema.NullOr(Schema.Int),
  errorMessage: Schema.NullOr(Schema.String),
  durationMs: Schema.NullOr(Schema.Int),
  fault: Schema.NullOr(Fault).annotate({
    description: "Whose fault a failure was: the lead's (its data), the customer's (their API) or ours",
  }),
  responseBody: Schema.NullOr(Schema.String).annotate({
    description: "The beginning of the answer's body. It may quote the lead",
  }),
}).pipe(
  Schema.encodeKeys({
    attemptNo: "attempt_no",
    attemptedAt: "attempted_at",
    statusCode: "status_code",
    errorMessage: "error_message",
    durationMs: "duration_ms",
    responseBody: "response_body",
  }),
  Schema.annotateEncoded({
    identifier: "DeliveryAttempt",
    description:
      "One attempt to deliver. `status_code`, `duration_ms` and `response_body` are null while it is open and when no answer came.",
    examples: [
      {
        attempt_no: 1,
        attempted_at: "2026-01-21T10:35:01Z",
        success: true,
        status_code: 200,
        error_message: null,
        duration_ms: 84,
        fault: null,
        response_body: '{"id":"crm-4711"}',
      },
    ],
  }),
)
export type DeliveryAttempt = typeof DeliveryAttempt.Type

/** One thing that happened to a lead. A newer release may have written types that this one does not know. */
export const LeadEvent = Schema.Struct({
  at: Timestamp,
  type: Schema.String.annotate({
    description: Object.entries(leadEvents)
      .map(([type, { meaning }]) => `\`${type}\`: ${meaning}`)
      .join("; "),
  }),
  details: AnyJson,
}).pipe(
  Schema.annotateEncoded({ identifier: "LeadEvent", description: "One thing that happened to a lead." }),
)
export type LeadEvent = typeof LeadEvent.Type

/** A lead's whole story. The payloads hold personal data. */
export const LeadHistory = Schema.Struct({
  ...summaryFields,
  rawPayload: AnyJson.annotate({ description: "The webhook's body: every field, every digit" }),
  normalizedPayload: Schema.NullOr(AnyJson).annotate({ description: "Null until a worker has decided" }),
  customerPayload: Schema.NullOr(AnyJson).annotate({
    description: "What is delivered; null for a lead that was rejected or parked",
  }),
  deliveryAttempts: Schema.Array(DeliveryAttempt),
  omittedAttributes: Schema.Array(OmittedAttribute).annotate({
    description: "Attributes that were left out of the customer payload, and why",
  }),
  events: Schema.Array(LeadEvent).annotate({ description: "What happened, in order" }),
  nextAttemptAt: Schema.NullOr(Timestamp).annotate({
    description: "When the next attempt is due; null when none is scheduled or one is under way",
  }),
  correlationId: Schema.String,
}).pipe(
  Schema.encodeKeys({
    ...summaryKeys,
    correlationId: "correlation_id",
    rawPayload: "raw_payload",
    normalizedPayload: "normalized_payload",
    customerPayload: "customer_payload",
    omittedAttributes: "omitted_attributes",
    deliveryAttempts: "delivery_attempts",
    nextAttemptAt: "next_attempt_at",
  }),
  Schema.annotateEncoded({
    identifier: "LeadHistory",
    description: "A lead's whole story. The payloads hold personal data.",
  }),
)
export type LeadHistory = typeof LeadHistory.Type

/** Which leads a list shows. */
export const RecentQuery = {
  limit: numberParameter(
    Schema.Int.check(Schema.isBetween({ minimum: 1, maximum: 200 })),
    "a whole number from 1 to 200",
  ).pipe(Schema.withDecodingDefaultKey(Effect.succeed("50"))),
  before: Schema.optionalKey(numberParameter(LeadId, "the id of a lead, a whole number from 1")),
  status: Schema.optionalKey(LeadStatus.annotate({ message: `one of ${LeadStatus.literals.join(", ")}` })),
}

const counts = HttpApiEndpoint.get("counts", "/stats/leads/counts", {
  success: LeadCounts,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "How many leads are in each status",
    description: "Costs the same however many leads there are.",
  }),
)

const recent = HttpApiEndpoint.get("recent", "/stats/leads/recent", {
  query: RecentQuery,
  success: Schema.Array(LeadSummary),
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "The newest leads",
      description: "Newest first. For the next page, give the last id of this one as `before`.",
    }),
  )

const history = HttpApiEndpoint.get("history", "/stats/leads/:id/history", {
  params: { id: numberParameter(LeadId, "the id of a lead") },
  success: LeadHistory,
  error: [LeadNotFound.response, DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "What happened to one lead",
    description:
      "Payloads, attempts and events. An id that no lead has, or that is no id at all, is answered 404.",
  }),
)

/** `GET /stats/leads/…`: for operators. */
export class StatsGroup extends HttpApiGroup.make("stats")
  .add(counts, recent, history)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Leads", description: "What happened to leads. For operators." }),
  ) {}
