/** Health and metrics, for load balancers, orchestrators and people on call. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { InternalError, NotReady, Unauthorized } from "./ApiError.ts"

const Ok = Schema.Literal("OK").pipe(HttpApiSchema.asText())

const MetricsText = Schema.String.annotate({
  examples: [
    "# HELP lead_gateway_leads_received_total Webhooks that were answered 200: their leads are stored\n" +
      "# TYPE lead_gateway_leads_received_total counter\nlead_gateway_leads_received_total 1200\n",
  ],
}).pipe(HttpApiSchema.asText({ contentType: "text/plain; version=0.0.4; charset=utf-8" }))

const Latency = Schema.NullOr(Schema.Finite)

/** Postgres: whether it answers and accepts writes. */
export const DatabaseHealth = Schema.Struct({
  status: Schema.Literals(["up", "down"]).annotate({
    description: "`down` also when it answers and refuses writes",
  }),
  latencyMs: Latency,
  writeLatencyMs: Latency.annotate({
    description:
      "How long the last write took, or takes already; null if there was none within a minute. From 500 on the status is `degraded`",
  }),
  refusesWrites: Schema.NullOr(Schema.String).annotate({
    description:
      "Why it refuses writes, such as `disk full`, by what the last ones met; null while it accepts them",
  }),
}).pipe(
  Schema.encodeKeys({
    latencyMs: "latency_ms",
    writeLatencyMs: "write_latency_ms",
    refusesWrites: "refuses_writes",
  }),
  Schema.annotateEncoded({ identifier: "DatabaseHealth" }),
)
export type DatabaseHealth = typeof DatabaseHealth.Type

/** The streaming replica that lists and statistics are read from. */
export const ReplicaHealth = Schema.Struct({
  status: Schema.Literals(["up", "lagging", "down"]).annotate({
    description:
      "Unless `up`, everything is read from the primary: the replica is too far behind, or does not answer, or is none",
  }),
  lagMs: Latency.annotate({
    description: "How far it is behind the primary, at most; null if that is not known",
  }),
}).pipe(
  Schema.encodeKeys({ lagMs: "lag_ms" }),
  Schema.annotateEncoded({
    identifier: "ReplicaHealth",
    description: "The streaming replica that lists and statistics are read from",
  }),
)
export type ReplicaHealth = typeof ReplicaHealth.Type

/** The queue, and its depth. */
export const QueueHealth = Schema.Struct({
  type: Schema.Literals(["database", "redis", "rabbitmq"]),
  status: Schema.Literals(["up", "down"]),
  latencyMs: Latency,
  /** Leads that wait for a worker; null when the queue is down. */
  depth: Schema.NullOr(Schema.Int),
}).pipe(Schema.encodeKeys({ latencyMs: "latency_ms" }), Schema.annotateEncoded({ identifier: "QueueHealth" }))
export type QueueHealth = typeof QueueHealth.Type

const Seconds = Schema.NullOr(Schema.Finite)

/** The workers that are connected to the same Postgres. */
export const WorkerHealth = Schema.Struct({
  status: Schema.Literals(["up", "down"]).annotate({ description: "`down` when none is connected" }),
  connections: Schema.NullOr(Schema.Int),
  lastSeenSeconds: Seconds.annotate({
    description: "How long ago one of them has last asked Postgres something; workers ask every few seconds",
  }),
}).pipe(
  Schema.encodeKeys({ lastSeenSeconds: "last_seen_seconds" }),
  Schema.annotateEncoded({
    identifier: "WorkerHealth",
    description: "The workers that are connected to the same Postgres; a gateway is one",
  }),
)
export type WorkerHealth = typeof WorkerHealth.Type

const Count = Schema.Int

const counted = (description: string) => Count.annotate({ description })

/** How many webhooks came to which end since the process started. */
export const IntakeHealth = Schema.Struct({
  accepted: counted("Answered 200: stored"),
  shed: Schema.Struct({
    event_loop: counted("The process itself was too busy"),
    store: counted("More leads waited for Postgres than it takes in a short time"),
    waited: counted("Postgres was too busy, found only when the lead had been read"),
  }).annotate({ description: "Answered 503 `overloaded` and not stored, by what was too busy" }),
  unconfirmed: counted("Answered 503 and stored nevertheless, since Postgres confirmed too late"),
}).pipe(
  Schema.annotateEncoded({
    identifier: "IntakeHealth",
    description: "How many webhooks came to which end since the process started",
  }),
)
export type IntakeHealth = typeof IntakeHealth.Type

/** The state of the process and of its dependencies. */
export const DeepHealth = Schema.Struct({
  status: Schema.Literals(["up", "degraded", "down"]).annotate({
    description:
      "`down`: no lead can be taken; `degraded`: leads are taken, but the queue is away or writes are slow",
  }),
  version: Schema.String,
  database: DatabaseHealth,
  /** Absent where no replica is configured. */
  readReplica: Schema.optionalKey(ReplicaHealth),
  /** The number of the newest applied migration; null when the database is down. */
  schemaVersion: Schema.NullOr(Schema.Int),
  migrationsPending: Schema.NullOr(Schema.Array(Schema.String)).annotate({
    description: "The migrations of this version that the database lacks; null when it is down",
  }),
  queue: QueueHealth,
  oldestDueSeconds: Seconds.annotate({
    description: "For how long the oldest lead that a worker may take has been due; null if none is",
  }),
  workers: WorkerHealth,
  intake: IntakeHealth,
  /** What is dangerous about the configuration, such as an api without authentication; one sentence each. */
  warnings: Schema.Array(Schema.String),
}).pipe(
  Schema.encodeKeys({
    readReplica: "read_replica",
    schemaVersion: "schema_version",
    migrationsPending: "migrations_pending",
    oldestDueSeconds: "oldest_due_seconds",
  }),
  Schema.annotateEncoded({
    identifier: "DeepHealth",
    examples: [
      {
        status: "up",
        version: "0.1.0",
        database: { status: "up", latency_ms: 0.8, write_latency_ms: 1.7, refuses_writes: null },
        schema_version: 3,
        migrations_pending: [],
        queue: { type: "database", status: "up", latency_ms: 0.9, depth: 0 },
        oldest_due_seconds: null,
        workers: { status: "up", connections: 4, last_seen_seconds: 1.2 },
        intake: { accepted: 1200, shed: { event_loop: 0, store: 0, waited: 0 }, unconfirmed: 0 },
        warnings: [],
      },
    ],
  }),
)
export type DeepHealth = typeof DeepHealth.Type

const described = (summary: string) => OpenApi.annotations({ summary })

const health = HttpApiEndpoint.get("health", "/health", { success: Ok }).annotateMerge(
  described("Answers `OK` while the process serves requests"),
)

const livez = HttpApiEndpoint.get("livez", "/livez", { success: Ok }).annotateMerge(
  described("Liveness: restart the process when this fails"),
)

const readyz = HttpApiEndpoint.get("readyz", "/readyz", {
  success: Ok,
  error: NotReady.response,
}).annotateMerge(described("Readiness: the error names the dependency that is down"))

const deepHealth = HttpApiEndpoint.get("deepHealth", "/health/deep", {
  success: DeepHealth,
  error: InternalError.response,
}).annotateMerge(described("Versions, dependencies, latencies and warnings; 200 also when something is down"))

const metrics = HttpApiEndpoint.get("metrics", "/metrics", {
  success: MetricsText,
  error: Unauthorized.challenge,
}).annotateMerge(
  OpenApi.annotations({
    summary: "Metrics, for Prometheus",
    description:
      "In the Prometheus text format, or in OpenMetrics if `Accept` names it. Needs `Authorization: Bearer` with " +
      "`METRICS_TOKEN` if that is set. What Postgres knows is absent while it is away: `lead_gateway_database_up` is 0 then.",
  }),
)

/** `/health`, `/livez`, `/readyz`, `/health/deep` and `/metrics`: open to all, the last one unless a token is set. */
export class OperationsGroup extends HttpApiGroup.make("operations")
  .add(health, livez, readyz, deepHealth, metrics)
  .annotateMerge(
    OpenApi.annotations({ title: "Operations", description: "Health and metrics. Open to all." }),
  ) {}
