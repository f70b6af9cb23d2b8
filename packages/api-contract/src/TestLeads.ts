/** Leads that operators send as tests. */
import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  DatabaseUnavailable,
  InternalError,
  InvalidRequest,
  NotFound,
  PayloadTooLarge,
  Unprocessable,
} from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { AnyJsonObject } from "./WireValue.ts"

const nameIs = "the name of a customer, 1 to 200 characters"

const customer = Schema.optionalKey(
  Schema.String.annotate({
    message: nameIs,
    description: "The customer's name; the only one unless given",
  }).check(Schema.isPattern(/^[^\0]{1,200}$/u, { message: nameIs })),
)

const example = { zipcode: "66111", house: { is_owner: true }, phone: "+493023125123", first_name: "Test" }

/** What a test lead would be. */
export const TestPayload = Schema.Struct({
  customer: Schema.String.annotate({ description: "Whom it would be for" }),
  payload: AnyJsonObject.annotate({
    description:
      "Made from the documents in force: it meets the rules and has what the customer needs, as well as that can be found out. It is of nobody: Test Lead, test.lead@example.com, a telephone number that is assigned to nobody",
  }),
  decision: Schema.Literals(["READY", "REJECTED", "PARKED"]).annotate({
    description: "What the documents in force decide on it",
  }),
  reason: Schema.NullOr(Schema.String).annotate({ description: "Why it would be rejected or parked" }),
}).pipe(
  Schema.annotateEncoded({
    identifier: "TestPayload",
    examples: [{ customer: "default", payload: example, decision: "READY", reason: null }],
  }),
)
export type TestPayload = typeof TestPayload.Type

/** A request for a test lead. */
export const NewTestLead = Schema.Struct({
  customer,
  payload: Schema.optionalKey(
    AnyJsonObject.annotate({
      message: "a JSON object",
      description: "As a webhook's body; without it, what `GET` proposes. Numbers keep every digit.",
    }),
  ),
}).pipe(
  Schema.annotateEncoded({
    identifier: "NewTestLead",
    messageUnexpectedKey: "absent: the keys are customer and payload",
    examples: [{}, { customer: "default", payload: example }],
  }),
)
export type NewTestLead = typeof NewTestLead.Type

/** A test lead that is stored. */
export const StoredTestLead = Schema.Struct({
  leadId: LeadId,
  status: Schema.Literal("RECEIVED"),
  correlationId: Schema.String.annotate({
    description: "`test-` and the correlation id of the request. The customer gets it as `X-Correlation-ID`",
  }),
  customer: Schema.String,
}).pipe(
  Schema.encodeKeys({ leadId: "lead_id", correlationId: "correlation_id" }),
  Schema.annotateEncoded({
    identifier: "StoredTestLead",
    examples: [
      {
        lead_id: 4713,
        status: "RECEIVED",
        correlation_id: "test-6f1f6a4e-5a3c-4f7e-9a1b-0c8d1e2f3a4b",
        customer: "default",
      },
    ],
  }),
)
export type StoredTestLead = typeof StoredTestLead.Type

const propose = HttpApiEndpoint.get("propose", "/api/v1/test-leads", {
  query: { customer },
  success: TestPayload,
  error: [InvalidRequest.response, NotFound.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "What a test lead would be",
      description: "A payload that passes the rules in force, to be looked at or changed before it is sent.",
    }),
  )

const send = HttpApiEndpoint.post("send", "/api/v1/test-leads", {
  payload: NewTestLead,
  success: StoredTestLead.annotate({ httpApiStatus: 202 }),
  error: [
    InvalidRequest.response,
    NotFound.response,
    PayloadTooLarge.response,
    Unprocessable.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
})
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Send a test lead",
      description:
        "The lead goes the way of every other one: it is stored, decided on, and **delivered to the customer**. It is marked: " +
        "`test` is true in lists, in the lead and in exports, and its story says so. It counts in statistics, since the " +
        "customer gets it. Answered 202 once the lead is committed. Each request makes a lead: after a 503, look for it by " +
        "`test=true` before you send another one.",
    }),
  )

/** `/api/v1/test-leads`: for operators. */
export class TestLeadsGroup extends HttpApiGroup.make("testLeads")
  .add(propose)
  .add(send)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({
      title: "Test leads",
      description: "Leads that operators send to see that they arrive.",
    }),
  ) {}
