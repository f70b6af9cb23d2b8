/** The processes of Lead Gateway: who runs, where, and since when. */
import { Schema } from "effect"
import { HttpApiEndpoint, HttpApiGroup, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, InternalError } from "./ApiError.ts"
import { OperatorAuth } from "./OperatorAuth.ts"
import { Timestamp } from "./WireValue.ts"

/** A process that is connected to Postgres. */
export const GatewayProcess = Schema.Struct({
  kind: Schema.Literals(["api", "worker", "gateway", "command"]).annotate({
    description: "`gateway`: api and worker in one; `command`: somebody's command, such as a backup",
  }),
  name: Schema.String,
  version: Schema.NullOr(Schema.String).annotate({ description: "null: it does not say so" }),
  pid: Schema.NullOr(Schema.Int),
  host: Schema.NullOr(Schema.String).annotate({ description: "The end of its host's name" }),
  address: Schema.NullOr(Schema.String).annotate({
    description: "Where its connections come from; null: the machine of Postgres itself",
  }),
  since: Timestamp.annotate({
    description: "When it started; of one that does not say so, when its oldest connection began",
  }),
  lastSeenAt: Timestamp.annotate({ description: "When it has last asked Postgres something" }),
  connections: Schema.Int.annotate({ description: "Its connections to Postgres" }),
  active: Schema.Int.annotate({ description: "How many of them run a statement now" }),
  isThis: Schema.Boolean.annotate({ description: "It is the process that answers" }),
}).pipe(
  Schema.encodeKeys({ lastSeenAt: "last_seen_at", isThis: "is_this" }),
  Schema.annotateEncoded({ identifier: "GatewayProcess" }),
)
export type GatewayProcess = typeof GatewayProcess.Type

/** All of them. */
export const Processes = Schema.Struct({ data: Schema.Array(GatewayProcess) }).pipe(
  Schema.annotateEncoded({
    identifier: "Processes",
    examples: [
      {
        data: [
          {
            kind: "worker",
            name: "lead-gateway-worker",
            version: "0.1.0",
            pid: 4711,
            host: "worker-1",
            address: "10.0.0.12",
            since: "2026-01-21T08:00:00Z",
            last_seen_at: "2026-01-21T10:35:00.120Z",
            connections: 4,
            active: 1,
            is_this: false,
          },
        ],
      },
    ],
  }),
)
export type Processes = typeof Processes.Type

const list = HttpApiEndpoint.get("list", "/api/v1/processes", {
  success: Processes,
  error: [DatabaseUnavailable.response, InternalError.response],
}).annotateMerge(
  OpenApi.annotations({
    summary: "Which processes run",
    description:
      "Those that are connected to Postgres, the oldest first, 500 at most. Behind a pooler they are those that its connections " +
      "served last.",
  }),
)

/** `GET /api/v1/processes`: for viewers. */
export class ProcessesGroup extends HttpApiGroup.make("processes")
  .add(list)
  .middleware(OperatorAuth)
  .annotateMerge(OpenApi.annotations({ title: "Processes", description: "Who runs, where, since when." })) {}
