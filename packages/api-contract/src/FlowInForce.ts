/** The documents by which leads are decided. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { AnyJson, Timestamp } from "./WireValue.ts"

/** A version for each document of a flow. */
export const FlowVersions = Schema.Struct({
  rules: Schema.String,
  profile: Schema.String,
  mapping: Schema.String,
  template: Schema.String,
}).annotate({ identifier: "FlowVersions", description: "The first 12 hex digits of each file's SHA-256" })

const versions = {
  rules: "5d0f5c1a7b3e",
  profile: "0b7f9a523c53",
  mapping: "8a3e2f8c7d1e",
  template: "9a103c534bb1",
}

/** The documents of the process that answers, and by which versions workers have decided lately. */
export const FlowInForce = Schema.Struct({
  documents: Schema.Struct({
    rules: AnyJson,
    profile: AnyJson,
    mapping: AnyJson,
    template: AnyJson,
  }).annotate({ description: "As this process of the api has read them at its start" }),
  versions: FlowVersions,
  constants: Schema.Record(Schema.String, Schema.String).annotate({
    description: "What templates name by `$constant`",
  }),
  warnings: Schema.Array(Schema.String).annotate({
    description: "What can hardly be meant, such as a redundant rule",
  }),
  decidedWith: Schema.Array(
    Schema.Struct({
      versions: AnyJson,
      decisions: Schema.Int,
      firstDecidedAt: Timestamp.annotate({ description: "The first of these decisions" }),
      lastDecidedAt: Timestamp,
      isThis: Schema.Boolean.annotate({ description: "Whether they are the versions of this process" }),
    }).pipe(
      Schema.encodeKeys({
        firstDecidedAt: "first_decided_at",
        lastDecidedAt: "last_decided_at",
        isThis: "is_this",
      }),
    ),
  ).annotate({
    description:
      "By which versions workers have made the last 1,000 decisions on the newest leads, the latest first: workers may run " +
      "other documents than this process",
  }),
}).pipe(
  Schema.encodeKeys({ decidedWith: "decided_with" }),
  Schema.annotateEncoded({
    identifier: "FlowInForce",
    examples: [
      {
        documents: {
          rules: { rules: [{ field: "zipcode", pattern: "^66\\d{3}$", reason: "ZIP_NOT_66XXX" }] },
          profile: { default_country: "DE" },
          mapping: { phone: { attribute_type: "text", is_numeric: false, values: null } },
          template: { phone: { $field: "phone" } },
        },
        versions,
        constants: { "product.name": "solar_panel_installation" },
        warnings: [],
        decided_with: [
          {
            versions,
            decisions: 1000,
            first_decided_at: "2026-01-20T16:02:11Z",
            last_decided_at: "2026-01-21T10:35:00Z",
            is_this: true,
          },
        ],
      },
    ],
  }),
)
export type FlowInForce = typeof FlowInForce.Type

const inForce = HttpApiEndpoint.get("inForce", "/api/v1/flow", {
  success: FlowInForce,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "The documents in force, with their versions",
    description: "Rules, normaliser's profile, attribute mapping and payload template.",
  }),
)

/** `GET /api/v1/flow`: for viewers, since it has no value of a lead. */
export class FlowGroup extends HttpApiGroup.make("flow")
  .add(inForce)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Flow", description: "The documents by which leads are decided." }),
  ) {}
