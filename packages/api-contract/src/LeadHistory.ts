/** How leads, their delivery attempts and their events are shown to operators. */
import {
  Fault,
  leadEvents,
  LeadId,
  LeadStatus,
  OmittedAttribute,
  RejectionReason,
  UnreadValue,
} from "@lead-gateway/lead"
import { Schema } from "effect"
import { AnyJson, Timestamp } from "./WireValue.ts"

const summaryFields = {
  id: LeadId,
  receivedAt: Timestamp,
  status: LeadStatus,
  rejectionReason: Schema.NullOr(RejectionReason),
}
const summaryKeys = { receivedAt: "received_at", rejectionReason: "rejection_reason" } as const

/** One lead in a list. */
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

/** One delivery attempt. The fields of the customer's answer are null while it is open, and when no answer came. */
export const DeliveryAttempt = Schema.Struct({
  attemptNo: Schema.Int,
  attemptedAt: Timestamp,
  success: Schema.Boolean,
  statusCode: Schema.NullOr(Schema.Int),
  errorMessage: Schema.NullOr(Schema.String).annotate({
    description: "Why it failed, or, also of a success, why the answer's body could not be read",
  }),
  durationMs: Schema.NullOr(Schema.Int),
  fault: Schema.NullOr(Fault).annotate({
    description: "Whose fault a failure was: the lead's (its data), the customer's (their API) or ours",
  }),
  responseBody: Schema.NullOr(Schema.String).annotate({
    description: "The beginning of the answer's body. It may quote the lead",
  }),
  customerReason: Schema.NullOr(Schema.String).annotate({
    description:
      "The customer's own reason, from the place in the answer's body that the retry policy names. It may quote the lead",
  }),
}).pipe(
  Schema.encodeKeys({
    attemptNo: "attempt_no",
    attemptedAt: "attempted_at",
    statusCode: "status_code",
    errorMessage: "error_message",
    durationMs: "duration_ms",
    responseBody: "response_body",
    customerReason: "customer_reason",
  }),
  Schema.annotateEncoded({
    identifier: "DeliveryAttempt",
    description:
      "One attempt to deliver. `status_code`, `duration_ms` and `response_body` are null while it is open and when no answer came. `customer_reason` is null unless the retry policy names its place and the answer has it.",
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
        customer_reason: null,
      },
    ],
  }),
)
export type DeliveryAttempt = typeof DeliveryAttempt.Type

/** One event of a lead's history. A newer release may have written types that this one does not know. */
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

/** What a history does not have because there is too much of it. */
const LeftOut = Schema.Struct({
  deliveryAttempts: Schema.Int.annotate({ description: "The oldest attempts" }),
  responseBodies: Schema.Int.annotate({
    description: "Bodies of which only the first 200 characters are shown",
  }),
  events: Schema.Int.annotate({ description: "The oldest events, at least so many" }),
}).pipe(Schema.encodeKeys({ deliveryAttempts: "delivery_attempts", responseBodies: "response_bodies" }))

/** The fields of a history, for other shapes that have one. */
export const historyFields = {
  ...summaryFields,
  rawPayload: AnyJson.annotate({ description: "The webhook's body: every field, every digit" }),
  normalizedPayload: Schema.NullOr(AnyJson).annotate({
    description:
      "Null until a worker has decided, and where it is so much longer than the webhook's body that it is not stored: then `left_out` in the details of the decision says so",
  }),
  customerPayload: Schema.NullOr(AnyJson).annotate({
    description: "What is delivered; null for a lead that was rejected or parked",
  }),
  deliveryAttempts: Schema.Array(DeliveryAttempt),
  omittedAttributes: Schema.Array(OmittedAttribute).annotate({
    description: "Attributes that were left out of the customer payload, and why",
  }),
  unread: Schema.Array(UnreadValue).annotate({
    description:
      "Values that could not be read as the kind that their field is declared to hold: they stayed as they came",
  }),
  events: Schema.Array(LeadEvent).annotate({ description: "What happened, in order" }),
  leftOut: Schema.NullOr(LeftOut).annotate({
    description:
      "What is left out, so that a payload of 1 MiB makes a history of less than 4 MiB: a history has the newest 50 attempts, 50 decisions and 200 other events, and 128 KiB of response bodies. Null if nothing is",
  }),
  nextAttemptAt: Schema.NullOr(Timestamp).annotate({
    description: "When the next attempt is due; null when none is scheduled or one is under way",
  }),
  correlationId: Schema.String,
}
/** Their names on the wire. */
export const historyKeys = {
  ...summaryKeys,
  correlationId: "correlation_id",
  rawPayload: "raw_payload",
  normalizedPayload: "normalized_payload",
  customerPayload: "customer_payload",
  omittedAttributes: "omitted_attributes",
  deliveryAttempts: "delivery_attempts",
  nextAttemptAt: "next_attempt_at",
  leftOut: "left_out",
} as const

/** A history as it is on the wire. */
export const historyExample = {
  id: 4711,
  received_at: "2026-01-21T10:35:00Z",
  status: "DELIVERED",
  rejection_reason: null,
  raw_payload: {
    email: " Ada@Example.com",
    phone: "0151 2345678",
    zipcode: "66123",
    house: { is_owner: true },
  },
  normalized_payload: {
    email: "ada@example.com",
    phone: "+491512345678",
    zipcode: "66123",
    house: { is_owner: true },
  },
  customer_payload: { phone: "+491512345678", product: { name: "solar_panel_installation" }, attributes: [] },
  delivery_attempts: [
    {
      attempt_no: 1,
      attempted_at: "2026-01-21T10:35:01Z",
      success: true,
      status_code: 200,
      error_message: null,
      duration_ms: 84,
      fault: null,
      response_body: '{"id":"crm-4711"}',
      customer_reason: null,
    },
  ],
  omitted_attributes: [],
  unread: [],
  events: [
    { at: "2026-01-21T10:35:00Z", type: "received", details: {} },
    { at: "2026-01-21T10:35:01Z", type: "ready", details: {} },
    { at: "2026-01-21T10:35:01Z", type: "attempt_opened", details: { attempt_no: 1 } },
    {
      at: "2026-01-21T10:35:01.084Z",
      type: "attempt_succeeded",
      details: { attempt_no: 1, status_code: 200 },
    },
    { at: "2026-01-21T10:35:01.084Z", type: "delivered", details: {} },
  ],
  left_out: null,
  next_attempt_at: null,
  correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
} as const

/** Everything that is stored about a lead. The payloads hold personal data. */
export const LeadHistory = Schema.Struct(historyFields).pipe(
  Schema.encodeKeys(historyKeys),
  Schema.annotateEncoded({
    identifier: "LeadHistory",
    description: "The full history of one lead. The payloads hold personal data.",
    examples: [historyExample],
  }),
)
export type LeadHistory = typeof LeadHistory.Type
