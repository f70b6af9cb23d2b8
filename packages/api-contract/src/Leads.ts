/** `/api/v1/leads`, the ledger, reasons and live events: for operators and their programs. */
import { LeadId, LeadStatus } from "@lead-gateway/lead"
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, Forbidden, InternalError, InvalidRequest, LeadNotFound } from "./ApiError.ts"
import { LeadDetail } from "./LeadDetail.ts"
import { LeadExportQuery, LeadListQuery, LeadPage } from "./LeadList.ts"
import { Ledger } from "./Ledger.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { Reasons } from "./Reasons.ts"
import { numberParameter, Timestamp } from "./WireValue.ts"

/** The data of an event `lead`: a lead that came into a status. */
export const LeadChanged = Schema.Struct({ id: LeadId, status: LeadStatus, at: Timestamp }).annotate({
  identifier: "LeadChanged",
})
export type LeadChanged = typeof LeadChanged.Type

const list = HttpApiEndpoint.get("list", "/api/v1/leads", {
  query: LeadListQuery,
  success: LeadPage,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Leads by filters, newest first",
      description: [
        "A lead must match all filters. Go on with `next_cursor` until it is null: a page looks at a bounded number of leads,",
        "so that it may have fewer than `limit`, or none, although there are more.",
        "",
        "`email` and `phone` are read as the normaliser reads them (`0151 2345678` finds `+491512345678`), and found in the",
        "fields that the profile declares as such. They are personal data: no log, trace or metric has them.",
      ].join("\n"),
    }),
  )

const detail = HttpApiEndpoint.get("detail", "/api/v1/leads/:id", {
  params: { id: numberParameter(LeadId, "the id of a lead") },
  query: {
    values: Schema.optionalKey(
      Schema.Literals(["masked", "shown"]).annotate({ message: "one of masked, shown" }),
    ),
  },
  success: LeadDetail,
  error: [
    InvalidRequest.response,
    Forbidden.response,
    LeadNotFound.response,
    DatabaseUnavailable.response,
    InternalError.response,
  ],
}).annotateMerge(
  OpenApi.annotations({
    summary: "One lead, explained",
    description: [
      "The history, the deliveries, and what happened in sentences. Viewers see no value of the lead; with `values=masked`",
      "nobody does. `values=shown` is for operators, and on record in the audit: for programs that show values to people one by one.",
    ].join("\n"),
  }),
)

const exported = HttpApiEndpoint.get("export", "/api/v1/export", {
  query: LeadExportQuery,
  success: Schema.String.annotate({
    examples: ["id,received_at,status,…\r\n4711,2026-01-21T10:35:00Z,DELIVERED,…\r\n"],
  }).pipe(HttpApiSchema.asText({ contentType: "text/csv; charset=utf-8" })),
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "Leads with all their values, as a file",
      description: [
        "All leads that match the filters of the list, newest first, as CSV (RFC 4180) or, with `format=jsonl`, a JSON object a line. CSV",
        "has columns for the fields that rules, profile and mapping name, and the whole payload in the last one. It is read while it",
        "is sent: an answer that breaks off was not whole. On record in the audit, with the names of the filters.",
      ].join("\n"),
    }),
  )

const ledger = HttpApiEndpoint.get("ledger", "/api/v1/ledger", {
  success: Ledger,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Where all leads ever received are",
    description: "The accounts add up to `received`, or `unaccounted` says by how many they do not.",
  }),
)

const reasons = HttpApiEndpoint.get("reasons", "/api/v1/reasons", {
  success: Reasons,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Why leads are not delivered",
    description:
      "For each status and reason: how many leads were rejected, parked or given up for it and still are. The most frequent first, " +
      "200 at most. Leads that wait for a retry have no reason: `GET /api/v1/leads?status=FAILED` lists them.",
  }),
)

const events = HttpApiEndpoint.get("events", "/api/v1/events", {
  headers: {
    "last-event-id": Schema.optionalKey(
      Schema.String.annotate({ description: "The `id` of the last event that was seen: go on after it" }),
    ),
  },
  success: HttpApiSchema.StreamSse({ data: LeadChanged }),
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Changes of leads, live",
    description: [
      'Server-sent events: `event: lead` with `data: {"id":4711,"status":"DELIVERED","at":"2026-01-21T10:35:01Z"}`,',
      "for changes of all processes, a tenth of a second after they are committed, at the latest half a second. A comment",
      "follows every 15 s. `Last-Event-ID` resumes, for five minutes, with each event at least once.",
      "",
      "`event: reset` says that the events since `Last-Event-ID` are gone, and `event: skipped` with",
      '`data: {"count":1200}` that there were more than people can follow: read the list again.',
    ].join("\n"),
  }),
)

/** `GET /api/v1/leads`, `/ledger`, `/reasons` and `/events`. */
export class LeadsGroup extends HttpApiGroup.make("leads")
  .add(list, detail, exported, ledger, reasons, events)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({
      title: "Leads for operators",
      description: "Find leads, explain them, and watch them live. For viewers and above.",
    }),
  ) {}
