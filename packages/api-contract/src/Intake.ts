/** The webhook by which senders hand in leads. */
import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import {
  DatabaseUnavailable,
  InternalError,
  InvalidRequest,
  KeyConflict,
  PayloadTooLarge,
  TooManyRequests,
  Unauthorized,
  UnsupportedMediaType,
} from "./ApiError.ts"
import { AnyJsonObject } from "./WireValue.ts"

/** A webhook's body: any JSON object. Fields that no rule and no mapping uses are kept too. */
export const LeadPayload = AnyJsonObject.annotate({
  identifier: "LeadPayload",
  description: "Any JSON object. Its fields are kept as they come; numbers keep every digit.",
  examples: [
    {
      email: "customer@example.com",
      phone: "+49123456789",
      zipcode: "66123",
      house: { is_owner: true },
      solar_energy_consumption: "5000",
      solar_offer_type: "Kaufen",
    },
  ],
})

/** The answer to a webhook, sent once the lead is committed. */
export const LeadReceipt = Schema.Struct({
  leadId: LeadId,
  status: Schema.Literal("RECEIVED"),
  correlationId: Schema.String,
  duplicate: Schema.optionalKey(Schema.Literal(true)),
}).pipe(
  Schema.encodeKeys({ leadId: "lead_id", correlationId: "correlation_id" }),
  Schema.annotateEncoded({
    identifier: "LeadReceipt",
    description:
      "The lead is committed. With `duplicate`, it was before: the webhook's key, or body, came a second time, and " +
      "this is the first answer again, with the first correlation id",
    examples: [
      { lead_id: 123, status: "RECEIVED", correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b" },
      {
        lead_id: 123,
        status: "RECEIVED",
        correlation_id: "6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
        duplicate: true,
      },
    ],
  }),
)
export type LeadReceipt = typeof LeadReceipt.Type

/** A key in a header of a webhook. The server's own check of it is stricter than a schema of optional texts could say. */
const senderKey = (description: string, example: string) =>
  Schema.optionalKey(
    Schema.String.annotate({ description, examples: [example] }).check(
      Schema.isPattern(/^[\x21-\x7e]{1,255}$/),
    ),
  )

/** What makes a webhook the same as an earlier one. */
export const SenderKeyHeaders = Schema.Struct({
  "idempotency-key": senderKey(
    "The sender's own name for this webhook, 1 to 255 visible ASCII characters. The same key with the same body within " +
      "`IDEMPOTENCY_TTL` (24 h) makes no new lead and gets the first answer again; with another body, 422. All senders " +
      "share the keys, so use random ones, such as a UUID.",
    "8e03978e-40d5-43dd-bc93-6894a57f9324",
  ),
  "webhook-id": senderKey(
    "The same, by the name of Standard Webhooks; `Idempotency-Key` counts where both are sent.",
    "msg_2KWPBgLlAfxdpx2AI54pPJ85f4W",
  ),
})

/** A sender's secret in the header `X-Shared-Secret`, or a signature, required with `ENABLE_AUTH=true`. The server checks it. */
export class SenderAuth extends HttpApiMiddleware.Service<SenderAuth>()(
  "@lead-gateway/api-contract/SenderAuth",
  {
    error: Unauthorized.response,
    security: {
      sharedSecret: HttpApiSecurity.apiKey({ key: "X-Shared-Secret", in: "header" }).pipe(
        HttpApiSecurity.annotateMerge(
          OpenApi.annotations({
            description:
              "A sender's secret; required with `ENABLE_AUTH=true`, unless the webhook is signed: by Standard Webhooks (`webhook-id`, `webhook-timestamp`, `webhook-signature`) or as `WEBHOOK_VERIFIER_FILE` says.",
          }),
        ),
      ),
    },
  },
) {}

const receive = HttpApiEndpoint.post("receive", "/webhooks/leads", {
  headers: SenderKeyHeaders,
  payload: LeadPayload,
  success: LeadReceipt,
  error: [
    InvalidRequest.response,
    Unauthorized.response,
    PayloadTooLarge.response,
    UnsupportedMediaType.response,
    KeyConflict.response,
    TooManyRequests.response,
    InternalError.response,
    DatabaseUnavailable.response,
  ],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Send a lead",
    description:
      "Answered 200 once the lead is committed, and not before. Checked in this order: 401, 415, 413, 400; a signature, " +
      "which is of the body, after 413. " +
      "The content type is `application/json`, any `*/*+json`, or none; with `ACCEPT_FORMS=true` also " +
      "`application/x-www-form-urlencoded` and `multipart/form-data` with text fields: `house[is_owner]` nests, a name " +
      "that comes again or ends with `[]` makes a list. " +
      "A webhook that may be sent again should have an `Idempotency-Key`: then it makes one lead, however often it comes. " +
      "After a 503 send it again, not before `Retry-After`: `overloaded` was not stored, and says so before anything else " +
      "is checked; with `database error`, rarely, the lead was stored all the same.",
  }),
)

/** `POST /webhooks/leads`. Checked in this order: 401, 415, 413, 400. */
export class IntakeGroup extends HttpApiGroup.make("intake")
  .add(receive)
  .middleware(SenderAuth)
  .annotateMerge(OpenApi.annotations({ title: "Intake", description: "How leads come in. For senders." })) {}
