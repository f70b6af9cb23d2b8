/** What would happen to a lead, by the documents in force or by drafts. */
import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import {
  DatabaseUnavailable,
  InternalError,
  InvalidRequest,
  LeadNotFound,
  PayloadTooLarge,
  Unprocessable,
} from "./ApiError.ts"
import { LeadRules } from "./LeadRules.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { AnyJson, AnyJsonObject, numberParameter } from "./WireValue.ts"

const payloadIs = "a JSON object"
const draft = (what: string) =>
  Schema.optionalKey(
    AnyJson.annotate({ description: `A draft of the ${what}; the one in force unless given` }),
  )

const lastIs = "a whole number from 1 to 10000"

/** A payload, or how many of the newest leads; and drafts of documents. */
export const PreviewRequest = Schema.Struct({
  payload: Schema.optionalKey(
    AnyJsonObject.annotate({ message: payloadIs, description: "A webhook's body" }),
  ),
  last: Schema.optionalKey(
    Schema.Int.annotate({
      message: lastIs,
      description: "How many of the newest leads to decide on again",
    }).check(Schema.isBetween({ minimum: 1, maximum: 10_000 }, { message: lastIs })),
  ),
  rules: draft("rule set"),
  profile: draft("normaliser's profile"),
  mapping: draft("attribute mapping"),
  template: draft("payload template"),
}).pipe(
  Schema.annotateEncoded({
    identifier: "PreviewRequest",
    messageUnexpectedKey: "absent: the keys are payload, last, rules, profile, mapping and template",
    examples: [
      { payload: { phone: "0123 456789", zipcode: "66123", house: { is_owner: true } } },
      { last: 1000, rules: {} },
    ],
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

const Decided = Schema.Struct({
  decision: Schema.Literals(["READY", "REJECTED", "PARKED"]),
  reason: Schema.NullOr(Schema.String),
})

const Examples = Schema.Array(LeadId).annotate({ description: "The newest of them, 20 at most" })

/** What documents would change about stored leads. */
export const PreviewComparison = Schema.Struct({
  leads: Schema.Int.annotate({ description: "How many were decided on again" }),
  undecided: Schema.Int.annotate({
    description:
      "How many were left out: they wait for their decision, or their payloads are too large for the drafts",
  }),
  isComplete: Schema.Boolean.annotate({
    description: "false: there was not enough time for all of them",
  }),
  changed: Schema.Int.annotate({ description: "How many would get another decision, or another reason" }),
  changes: Schema.Array(
    Schema.Struct({ from: Decided, to: Decided, count: Schema.Int, examples: Examples }),
  ).annotate({ description: "From what to what, the most frequent first" }),
  payloadsChanged: Schema.Struct({ count: Schema.Int, examples: Examples }).annotate({
    description: "Leads that are ready before and after, and whose customer payload would differ",
  }),
}).pipe(
  Schema.encodeKeys({ isComplete: "complete", payloadsChanged: "payloads_changed" }),
  Schema.annotateEncoded({
    identifier: "PreviewComparison",
    examples: [
      {
        leads: 1000,
        undecided: 0,
        complete: true,
        changed: 31,
        changes: [
          {
            from: { decision: "REJECTED", reason: "ZIP_NOT_66XXX" },
            to: { decision: "READY", reason: null },
            count: 31,
            examples: [4711, 4702],
          },
        ],
        payloads_changed: { count: 0, examples: [] },
      },
    ],
  }),
)
export type PreviewComparison = typeof PreviewComparison.Type

/** How {@link PreviewRequest} is decoded: with every mistake, unknown keys included. */
export const previewOptions = { errors: "all", onExcessProperty: "error" } as const

const create = HttpApiEndpoint.post("create", "/api/v1/preview", {
  payload: PreviewRequest,
  success: Schema.Union([Preview, PreviewComparison]),
  error: [
    InvalidRequest.response,
    PayloadTooLarge.response,
    Unprocessable.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
})
  .annotate(HttpApi.PayloadParseOptions, previewOptions)
  .annotateMerge(
    OpenApi.annotations({
      summary: "What would happen to a lead",
      description:
        "The decision on a payload and its explanation, by the documents in force, each replaced by its draft if there is one. " +
        "With `last` instead of a payload: which decisions on the newest leads would change, from what to what. " +
        "Documents that make no flow are answered 422 with every mistake, a line each, and drafts that are too large for the " +
        "payload, or take too much time or memory, as well. Nothing is stored or sent.",
    }),
  )

const rules = HttpApiEndpoint.get("rules", "/api/v1/leads/:id/rules", {
  params: { id: numberParameter(LeadId, "the id of a lead") },
  success: LeadRules,
  error: [
    InvalidRequest.response,
    LeadNotFound.response,
    Unprocessable.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
}).annotateMerge(
  OpenApi.annotations({
    summary: "How the rules in force see a lead",
    description:
      "Rule by rule: whether the lead meets it, and if not, what was there and what would have passed. It says by which versions the " +
      "lead was decided, and whether those are in force. No value of the lead is in the answer.",
  }),
)

/** `POST /api/v1/preview`: for operators; `GET /api/v1/leads/{id}/rules`: for viewers. */
export class PreviewGroup extends HttpApiGroup.make("preview")
  .add(create, rules)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Preview", description: "Decisions that are not carried out." }),
  ) {}
