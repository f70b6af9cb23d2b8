/** How things stand, in one answer: for a page or a program that shows all of it, and asks again often. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError } from "./ApiError.ts"
import { CustomerState } from "./CustomerStates.ts"
import { Ledger } from "./Ledger.ts"
import { DeepHealth } from "./Operations.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { ReasonCount } from "./Reasons.ts"

/** The ledger, customers, reasons and health, each as its own route answers it. */
export const Overview = Schema.Struct({
  ledger: Ledger,
  customers: Schema.Array(CustomerState).annotate({
    description: "50 at most, those first to which nothing is sent; `GET /api/v1/customers` has all",
  }),
  reasons: Schema.Array(ReasonCount).annotate({ description: "As `GET /api/v1/reasons`" }),
  health: DeepHealth,
}).pipe(
  Schema.annotateEncoded({
    identifier: "Overview",
    examples: [
      {
        ledger: {
          received: 1000,
          rejected: 150,
          delivered: 800,
          retrying: 5,
          parked: 5,
          permanently_failed: 36,
          in_flight: 4,
          unaccounted: 0,
        },
        customers: [
          {
            id: 1,
            name: "default",
            paused_at: null,
            paused_by: null,
            blocked_reason: null,
            circuit: "closed",
            circuit_changed_at: null,
            probe_at: null,
            rate_per_second: null,
            waiting: 9,
            oldest_due_at: null,
            recent_attempts: 500,
            error_share: 0.042,
          },
        ],
        reasons: [
          {
            status: "REJECTED",
            reason: "ZIP_NOT_66XXX",
            leads: 150,
            newest: [998, 991],
            newest_at: "2026-01-21T10:35:00Z",
          },
        ],
        health: {
          status: "up",
          version: "0.1.0",
          database: { status: "up", latency_ms: 0.8, write_latency_ms: 1.7, refuses_writes: null },
          schema_version: 3,
          migrations_pending: [],
          queue: { type: "database", status: "up", latency_ms: 0.9, depth: 4 },
          oldest_due_seconds: null,
          workers: { status: "up", connections: 4, last_seen_seconds: 1.2 },
          intake: { accepted: 1000, shed: { event_loop: 0, store: 0, waited: 0 }, unconfirmed: 0 },
          warnings: [],
        },
      },
    ],
  }),
)
export type Overview = typeof Overview.Type

const overview = HttpApiEndpoint.get("overview", "/api/v1/overview", {
  success: Overview,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "How things stand",
    description: "The ledger, customers, reasons and health in one answer, as of about the same moment.",
  }),
)

/** `GET /api/v1/overview`: for viewers. */
export class OverviewGroup extends HttpApiGroup.make("overview")
  .add(overview)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Overview", description: "How things stand." })) {}
