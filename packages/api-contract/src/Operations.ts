/** Health, for load balancers, orchestrators and people on call. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, HttpApiSchema, OpenApi } from "effect/http-api"
import { InternalError, NotReady } from "./ApiError.ts"

const Ok = Schema.Literal("OK").pipe(HttpApiSchema.asText())

const Latency = Schema.NullOr(Schema.Finite)

/** Postgres: whether it answers and accepts writes. */
export const DatabaseHealth = Schema.Struct({
  status: Schema.Literals(["up", "down"]).annotate({
    description: "`down` also when it answers and refuses writes",
  }),
  latencyMs: Latency,
  refusesWrites: Schema.NullOr(Schema.String).annotate({
    description:
      "Why it refuses writes, such as `disk full`, by what the last ones met; null while it accepts them",
  }),
}).pipe(
  Schema.encodeKeys({ latencyMs: "latency_ms", refusesWrites: "refuses_writes" }),
  Schema.annotateEncoded({ identifier: "DatabaseHealth" }),
)
export type DatabaseHealth = typeof DatabaseHealth.Type

/** The queue, and its depth. */
export const QueueHealth = Schema.Struct({
  type: Schema.Literals(["database", "redis"]),
  status: Schema.Literals(["up", "down"]),
  latencyMs: Latency,
  /** Leads that wait for a worker; null when the queue is down. */
  depth: Schema.NullOr(Schema.Int),
}).pipe(Schema.encodeKeys({ latencyMs: "latency_ms" }), Schema.annotateEncoded({ identifier: "QueueHealth" }))
export type QueueHealth = typeof QueueHealth.Type

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
  /** `down` when any dependency is. */
  status: Schema.Literals(["up", "down"]),
  version: Schema.String,
  database: DatabaseHealth,
  /** The number of the newest applied migration; null when the database is down. */
  schemaVersion: Schema.NullOr(Schema.Int),
  queue: QueueHealth,
  intake: IntakeHealth,
  /** What is dangerous about the configuration, such as an api without authentication; one sentence each. */
  warnings: Schema.Array(Schema.String),
}).pipe(
  Schema.encodeKeys({ schemaVersion: "schema_version" }),
  Schema.annotateEncoded({
    identifier: "DeepHealth",
    examples: [
      {
        status: "up",
        version: "0.1.0",
        database: { status: "up", latency_ms: 0.8, refuses_writes: null },
        schema_version: 3,
        queue: { type: "database", status: "up", latency_ms: 0.9, depth: 0 },
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

/** `/health`, `/livez`, `/readyz`, `/health/deep`: open to all. */
export class OperationsGroup extends HttpApiGroup.make("operations")
  .add(health, livez, readyz, deepHealth)
  .annotateMerge(OpenApi.annotations({ title: "Operations", description: "Health. Open to all." })) {}
