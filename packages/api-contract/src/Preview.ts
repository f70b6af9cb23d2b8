/** What would happen to a lead, by the documents in force or by drafts. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { InternalError, InvalidRequest, Unprocessable } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { AnyJson, AnyJsonObject } from "./WireValue.ts"

const payloadIs = "a JSON object"
const draft = (what: string) =>
  Schema.optionalKey(
    AnyJson.annotate({ description: `A draft of the ${what}; the one in force unless given` }),
  )

/** A payload, and drafts of documents. */
export const PreviewRequest = Schema.Struct({
  payload: AnyJsonObject.annotate({ message: payloadIs, description: "A webhook's body" }).pipe(
    Schema.annotateKey({ messageMissingKey: payloadIs }),
  ),
  rules: draft("rule set"),
  profile: draft("normaliser's profile"),
  mapping: draft("attribute mapping"),
  template: draft("payload template"),
}).pipe(
  Schema.annotateEncoded({
    identifier: "PreviewRequest",
    messageUnexpectedKey: "absent: the keys are payload, rules, profile, mapping and template",
    examples: [{ payload: { phone: "0123 456789", zipcode: "66123", house: { is_owner: true } } }],
  }),
)
export type PreviewRequest = typeof PreviewRequest.Type

/** The decision on a payload, and how it came about. */
export const Preview = Schema.Struct({
  decision: Schema.Literals(["READY", "REJECTED", "PARKED"]),
  reason: Schema.NullOr(Schema.String).annotate({ description: "Why it is rejected or parked" }),
  explanation: Schema.Array(Schema.String).annotate({
    description: "In words, a line for each step and what it found",
  }),
  steps: Schema.Array(AnyJson).annotate({ description: "The same as data: rules, normalise, map, payload" }),
  customerPayload: Schema.NullOr(AnyJson).annotate({
    description: "What the customer would get; null unless it is ready",
  }),
  warnings: Schema.Array(Schema.String).annotate({
    description: "What can hardly be meant in the documents, such as a redundant rule",
  }),
}).pipe(
  Schema.encodeKeys({ customerPayload: "customer_payload" }),
  Schema.annotateEncoded({
    identifier: "Preview",
    examples: [
      {
        decision: "REJECTED",
        reason: "ZIP_NOT_66XXX",
        explanation: ["REJECTED ZIP_NOT_66XXX", "rules      1 of 2 met (version 5d0f5c1a7b3e)"],
        steps: [{ step: "rules", version: "5d0f5c1a7b3e", looks_at: "raw", findings: [], flags: [], met: 1 }],
        customer_payload: null,
        warnings: [],
      },
    ],
  }),
)
export type Preview = typeof Preview.Type

const one = HttpApiEndpoint.post("one", "/api/v1/preview", {
  payload: PreviewRequest,
  success: Preview,
  error: [InvalidRequest.response, Unprocessable.response, InternalError.response],
})
  .annotate(HttpApi.PayloadParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "What would happen to a lead",
      description:
        "The decision on a payload and its explanation, by the documents in force, each replaced by its draft if there is one. " +
        "Documents that make no flow are answered 422 with every mistake, a line each. Nothing is stored or sent.",
    }),
  )

/** `POST /api/v1/preview`: for operators. */
export class PreviewGroup extends HttpApiGroup.make("preview")
  .add(one)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Preview", description: "Decisions that are not carried out." }),
  ) {}
