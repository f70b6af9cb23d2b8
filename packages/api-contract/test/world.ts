import {
  CurrentCorrelationId,
  DatabaseUnavailable,
  type LeadHistory,
  LeadNotFound,
  type LeadSummary,
  NotReady,
  OperationsGroup,
  Operator,
  OperatorApi,
  OperatorAuth,
  LeadsGroup,
  StatsGroup,
  Unauthorized,
  withErrorBodies,
} from "@lead-gateway/api-contract"
import { LeadId, Reason } from "@lead-gateway/lead"
import { parse } from "@lead-gateway/lossless-json"
import { Effect, Layer, Logger, Redacted, Result, Stream } from "effect"
import { HttpEffect, HttpRouter, HttpServer } from "effect/http"
import { HttpApi, HttpApiBuilder } from "effect/http-api"

/** A payload with a number that a double cannot represent. */
const payload = Result.getOrThrow(parse('{"id":12345678901234567890,"__proto__":{"a":1.50},"plz":"66123"}'))

export const summary: LeadSummary = {
  id: LeadId.make(3),
  receivedAt: new Date("2026-01-21T10:35:00Z"),
  status: "REJECTED",
  rejectionReason: Reason.missingRequiredField,
}

const history: LeadHistory = {
  ...summary,
  status: "DELIVERED",
  rejectionReason: null,
  correlationId: "abc",
  rawPayload: payload,
  normalizedPayload: payload,
  customerPayload: [payload],
  omittedAttributes: [{ name: "roof_age", reason: "not a number" }],
  unread: [{ path: "contact.phone", kind: "phone" }],
  deliveryAttempts: [
    {
      attemptNo: 1,
      attemptedAt: new Date("2026-01-21T10:35:01.250Z"),
      success: true,
      statusCode: 200,
      errorMessage: null,
      durationMs: 84,
      fault: null,
      responseBody: "thank you",
      customerReason: null,
    },
  ],
  nextAttemptAt: null,
  leftOut: null,
  events: [{ at: new Date("2026-01-21T10:35:00Z"), type: "received", details: payload }],
}

/** The decoded requests that the handlers received. */
export const asked: Array<unknown> = []

/** Stub handlers: lead 3 exists; lead 4 fails in Postgres, lead 5 in the handler, lead 6 in encoding the answer. */
export const stats = HttpApiBuilder.group(OperatorApi, "stats", (handlers) =>
  handlers.handleAll({
    counts: () =>
      Effect.succeed({ RECEIVED: 0, REJECTED: 2, READY: 0, DELIVERED: 1, FAILED: 0, PERMANENTLY_FAILED: 0 }),
    recent: ({ query }) =>
      Effect.as(
        Effect.sync(() => asked.push(query)),
        [summary],
      ),
    history: ({ params }) => {
      switch (Number(params.id)) {
        case 3:
          return Effect.succeed(history)
        case 4:
          return Effect.fail(new DatabaseUnavailable({ retryAfterSeconds: 7 }))
        case 5:
          return Effect.die(new Error("jane@x.example"))
        case 6:
          return Effect.succeed({ ...history, receivedAt: new Date(Number.NaN) })
        default:
          return Effect.fail(new LeadNotFound())
      }
    },
  }),
)

export const operations = HttpApiBuilder.group(OperatorApi, "operations", (handlers) =>
  handlers.handleAll({
    health: () => Effect.succeed("OK" as const),
    livez: () => Effect.succeed("OK" as const),
    readyz: () => Effect.fail(new NotReady({ error: "not ready: database" })),
    deepHealth: () =>
      Effect.succeed({
        status: "up" as const,
        version: "0.1.0",
        database: { status: "up" as const, latencyMs: 0.8, writeLatencyMs: 1.7, refusesWrites: null },
        schemaVersion: 3,
        migrationsPending: [],
        oldestDueSeconds: 12.5,
        workers: { status: "down" as const, connections: 0, lastSeenSeconds: null },
        intake: { accepted: 7, shed: { event_loop: 1, store: 2, waited: 3 }, unconfirmed: 0 },
        queue: { type: "database" as const, status: "up" as const, latencyMs: null, depth: 0 },
        warnings: [],
      }),
    metrics: () => Effect.succeed("# TYPE up gauge\nup 1\n"),
  }),
)

const leads = HttpApiBuilder.group(OperatorApi, "leads", (handlers) =>
  handlers.handleAll({
    list: ({ query }) =>
      Effect.as(
        Effect.sync(() => asked.push(query)),
        {
          data: [{ ...summary, correlationId: "abc", attempts: 2, nextAttemptAt: null, isTest: false }],
          nextCursor: summary.id,
        },
      ),
    detail: ({ params }) =>
      params.id === summary.id
        ? Effect.succeed({
            ...history,
            isTest: true,
            deliveries: [
              {
                deliveryNo: 0,
                customer: "default",
                createdAt: new Date("2026-01-21T10:35:01Z"),
                idempotencyKey: "0b7f9a52-3c53-4bb1-8a3e-2f8c7d1e9a10",
                attempts: 1,
              },
            ],
            explanation: ["Received on 2026-01-21 at 10:35:00 UTC."],
          })
        : Effect.fail(new LeadNotFound()),
    export: () => Effect.succeed("id,received_at\r\n"),
    reasons: () => Effect.succeed({ data: [] }),
    ledger: () =>
      Effect.succeed({
        received: 7,
        rejected: 1,
        delivered: 2,
        retrying: 1,
        parked: 1,
        permanentlyFailed: 1,
        inFlight: 1,
        unaccounted: 0,
      }),
    events: () =>
      Effect.succeed(
        Stream.make({ id: summary.id, status: "DELIVERED" as const, at: new Date("2026-01-21T10:35:01Z") }),
      ),
  }),
)

/** Accepts the token `let me in`, and requests without a token. */
export const auth = Layer.succeed(OperatorAuth, {
  operatorToken: (app, { credential }) =>
    ["", "let me in"].includes(Redacted.value(credential))
      ? Effect.provideService(app, Operator, { name: "anna", role: "operator", via: "token" })
      : Effect.fail(new Unauthorized()),
})

/** The groups that are answered here. */
class AnsweredApi extends HttpApi.make("lead-gateway-operator")
  .add(StatsGroup)
  .add(LeadsGroup)
  .add(OperationsGroup) {}

const routes = HttpApiBuilder.layer(AnsweredApi).pipe(
  Layer.provide([stats, leads, operations]),
  Layer.provide(auth),
)

/** The entries that were logged while answering. */
export const logged: Array<unknown> = []
const logger = Logger.make<unknown, void>(({ message }) => void logged.push(message))

/** The api as a server runs it: its routes as one app, wrapped by the bodies of errors. */
const app = Effect.flatMap(HttpRouter.toHttpEffect(routes), (app) =>
  withErrorBodies(app).pipe(
    Effect.provideService(CurrentCorrelationId, "req-1"),
    Effect.provideService(Logger.CurrentLoggers, new Set([logger])),
  ),
)

const { handler } = HttpEffect.toWebHandlerLayer(app, HttpServer.layerServices)

/** The api's answer: status, headers, and the body as text. */
export const get = (path: string, headers: Record<string, string> = {}) =>
  Effect.promise(async () => {
    const response = await handler(new Request(`http://localhost${path}`, { headers }))
    return { status: response.status, headers: response.headers, text: await response.text() }
  })
