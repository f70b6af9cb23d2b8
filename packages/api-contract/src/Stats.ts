/** The operators' questions about leads: how many, the newest ones, the history of one. */
import { LeadId, LeadStatus } from "@lead-gateway/lead"
import { Schema, SchemaTransformation } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest, LeadNotFound } from "./ApiError.ts"
import { LeadHistory, LeadSummary } from "./LeadHistory.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { limitParameter } from "./Page.ts"
import { numberParameter } from "./WireValue.ts"

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

/** The query of a list: at most `limit` leads, with ids below `before`, in one `status`. */
export const RecentQuery = {
  limit: limitParameter,
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
