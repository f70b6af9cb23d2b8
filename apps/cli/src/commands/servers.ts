/** `lead-gateway start`, `api` and `worker`. */
import { Effect } from "effect"
import { Command } from "effect/cli"
import { loadServer, type Server } from "../servers.ts"

const server = <const Name extends Server>(name: Name, short: string, description: string, example: string) =>
  Command.make(name, {}, () =>
    Effect.flatMap(
      Effect.promise(() => loadServer(name)),
      (run) => run,
    ),
  ).pipe(
    Command.withDescription(description),
    Command.withShortDescription(short),
    Command.withExamples([{ command: `lead-gateway ${name}`, description: example }]),
  )

const start = server(
  "start",
  "Run everything in one process",
  "Run api and worker in one process, with a Postgres of its own unless DATABASE_URL names one, and a demo customer unless CUSTOMER_API_URL names a real one. Nothing must be set",
  "Listen on 127.0.0.1:8080, with the data in .data",
)

const api = server(
  "api",
  "Take leads and answer questions about them",
  "Take leads by webhook and answer questions about them. Needs DATABASE_URL, and REDIS_URL or RABBITMQ_URL unless QUEUE_TYPE is database; as many of them as you like",
  "Listen on 0.0.0.0:8080",
)

const worker = server(
  "worker",
  "Deliver leads",
  "Decide on leads and deliver them. Needs DATABASE_URL, CUSTOMER_API_URL, and REDIS_URL or RABBITMQ_URL unless QUEUE_TYPE is database; as many of them as you like",
  "Deliver to the customer until it is stopped",
)

/** The processes, each of which runs until SIGINT, SIGTERM or SIGHUP and ends with 0 then. */
export const servers = [start, api, worker] as const
