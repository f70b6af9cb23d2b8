/** What people changed: for admins. */
import { LeadId } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { pageOf, pageQuery } from "./Page.ts"
import { AnyJson, numberParameter, TimeParameter, Timestamp } from "./WireValue.ts"

const AuditId = Schema.Int.check(Schema.isGreaterThan(0))

const example = {
  id: 31,
  at: "2026-01-21T10:35:00Z",
  operator: "anna",
  via: "token",
  token_id: 7,
  action: "lead.replay",
  lead_id: 42,
  subject: "ticket-7",
  details: { criteria: { ids: [42] } },
}

/** A change that a person made. It holds no value of a lead. */
export const AuditRecord = Schema.Struct({
  id: AuditId,
  at: Timestamp,
  operator: Schema.String.annotate({
    description:
      "The name of the token, the subject of the JWT, the user of the command line, `operator` for `OPERATOR_TOKENS`, " +
      "`anonymous` with `ENABLE_AUTH=false`",
  }),
  via: Schema.String.annotate({ description: "`token`, `setting`, `jwt`, `cli` or `open`" }),
  tokenId: Schema.NullOr(Schema.Int).annotate({
    description: "The token that was used: several may have one name",
  }),
  action: Schema.String.annotate({ description: "Such as `token.create` or `lead.replay`" }),
  leadId: Schema.NullOr(LeadId),
  subject: Schema.NullOr(Schema.String).annotate({
    description: "What was changed, unless it is a lead: a token's id, a customer, a replay request",
  }),
  details: AnyJson,
}).pipe(
  Schema.encodeKeys({ tokenId: "token_id", leadId: "lead_id" }),
  Schema.annotateEncoded({ identifier: "AuditRecord", examples: [example] }),
)
export type AuditRecord = typeof AuditRecord.Type

/** A page of the audit. */
export const AuditPage = pageOf({
  item: AuditRecord,
  key: AuditId,
  identifier: "AuditPage",
  examples: [{ data: [example], next_cursor: "MzE" }],
})

const Words = Schema.String.check(
  Schema.makeFilter((text) => text.length >= 1 && text.length <= 200 && !text.includes("\0"), {
    message: "a text of 1 to 200 characters",
  }),
).annotate({ message: "a text of 1 to 200 characters" })

/** The query of the audit: records that meet all that is given. */
export const AuditQuery = {
  ...pageQuery(AuditId),
  operator: Schema.optionalKey(Words),
  action: Schema.optionalKey(Words),
  lead_id: Schema.optionalKey(numberParameter(LeadId, "the id of a lead, a whole number from 1")),
  subject: Schema.optionalKey(Words),
  from: Schema.optionalKey(TimeParameter),
  before: Schema.optionalKey(TimeParameter),
}

const list = HttpApiEndpoint.get("list", "/api/v1/audit", {
  query: AuditQuery,
  success: AuditPage,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "What people changed",
      description: "Who, what, when, and which lead. Newest first.",
    }),
  )

/** `GET /api/v1/audit`: for admins. */
export class AuditGroup extends HttpApiGroup.make("audit")
  .add(list)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Audit", description: "What people changed. For admins." })) {}
