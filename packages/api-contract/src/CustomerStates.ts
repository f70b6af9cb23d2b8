/** Customers: how deliveries to them stand, and the switch that holds them. */
import { Schema } from "effect"
import { HttpApi, HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError, InvalidRequest, NotFound } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { pageOf, pageQuery } from "./Page.ts"
import { Timestamp } from "./WireValue.ts"

const CustomerId = Schema.Int.check(Schema.isGreaterThan(0))

const example = {
  id: 1,
  name: "default",
  paused_at: null,
  paused_by: null,
  blocked_reason: null,
  circuit: "open" as const,
  circuit_changed_at: "2026-01-21T10:35:00Z",
  probe_at: "2026-01-21T10:36:30Z",
  rate_per_second: 100,
  waiting: 1204,
  oldest_due_at: "2026-01-21T10:34:58.250Z",
  recent_attempts: 500,
  error_share: 0.042,
}

/** How deliveries to a customer stand. */
export const CustomerState = Schema.Struct({
  id: CustomerId,
  name: Schema.String,
  pausedAt: Schema.NullOr(Timestamp).annotate({
    description: "Since when an operator has held its deliveries; null: they are not held",
  }),
  pausedBy: Schema.NullOr(Schema.String),
  blockedReason: Schema.NullOr(Schema.String).annotate({
    description: "Why nothing can be sent to it at all, such as a refused address",
  }),
  circuit: Schema.Literals(["closed", "open"]).annotate({
    description: "`open`: it is down or refuses every lead; its leads wait, and no attempt is spent",
  }),
  circuitChangedAt: Schema.NullOr(Timestamp),
  probeAt: Schema.NullOr(Timestamp).annotate({
    description: "Of an open circuit: from when on one lead is sent to see whether the customer is back",
  }),
  ratePerSecond: Schema.NullOr(Schema.Finite).annotate({ description: "The rate limit; null: none" }),
  waiting: Schema.Int.annotate({
    description:
      "Deliveries that wait for their turn, later retries included; 100000 means that many or more",
  }),
  oldestDueAt: Schema.NullOr(Timestamp).annotate({
    description: "When the delivery was due that has waited longest; null: none is due",
  }),
  recentAttempts: Schema.Int.annotate({
    description: "How many of the last 500 attempts of the newest leads were to it, within the last hour",
  }),
  errorShare: Schema.NullOr(Schema.Finite).annotate({
    description: "The share of those that failed, 0 to 1; null without any",
  }),
}).pipe(
  Schema.encodeKeys({
    pausedAt: "paused_at",
    pausedBy: "paused_by",
    blockedReason: "blocked_reason",
    circuitChangedAt: "circuit_changed_at",
    probeAt: "probe_at",
    ratePerSecond: "rate_per_second",
    oldestDueAt: "oldest_due_at",
    recentAttempts: "recent_attempts",
    errorShare: "error_share",
  }),
  Schema.annotateEncoded({ identifier: "CustomerState", examples: [example] }),
)
export type CustomerState = typeof CustomerState.Type

/** A page of customers. */
export const CustomerPage = pageOf({
  item: CustomerState,
  key: CustomerId,
  identifier: "CustomerPage",
  examples: [{ data: [example], next_cursor: null }],
})

const nameIs = "the name of a customer"

const params = {
  name: Schema.String.annotate({ message: nameIs }).check(
    Schema.makeFilter((name) => name.length >= 1 && name.length <= 200 && !name.includes("\0"), {
      message: nameIs,
    }),
  ),
}

const list = HttpApiEndpoint.get("list", "/api/v1/customers", {
  query: pageQuery(CustomerId),
  success: CustomerPage,
  error: [InvalidRequest.response, DatabaseUnavailable.response, InternalError.response],
})
  .annotate(HttpApi.QueryParseOptions, { errors: "all", onExcessProperty: "error" })
  .annotateMerge(
    OpenApi.annotations({
      summary: "How deliveries to customers stand",
      description: "Circuit, rate limit, what waits, how many attempts fail, and whether they are paused.",
    }),
  )

const change = (verb: "pause" | "resume", summary: string, description: string) =>
  HttpApiEndpoint.post(verb, `/api/v1/customers/:name/${verb}` as const, {
    params,
    success: CustomerState,
    error: [NotFound.response, DatabaseUnavailable.response, InternalError.response],
  }).annotateMerge(OpenApi.annotations({ summary, description }))

const pause = change(
  "pause",
  "Hold a customer's deliveries",
  "From now on no attempt is opened in any worker, and none is spent: leads are decided and wait. Attempts under way end. " +
    "Outlives restarts; may be repeated.",
)

const resume = change(
  "resume",
  "Release a customer's deliveries",
  "Workers send what waits within about a second. May be repeated.",
)

/** `/api/v1/customers`: for viewers to read, for operators to pause. */
export class CustomersGroup extends HttpApiGroup.make("customers")
  .add(list)
  .add(pause)
  .add(resume)
  .middleware(OperatorAuth)
  .annotateMerge(
    OpenApi.annotations({ title: "Customers", description: "How deliveries stand, and holding them." }),
  ) {}
