/** `POST /webhooks/leads` by Fastify, for both services: validate, store, answer, one line of log. */
import Fastify, { type FastifyInstance, LogController } from "fastify"
import { randomUUID } from "node:crypto"
import { settings } from "./settings.ts"

/** What a webhook leaves behind. */
export interface NewLead {
  readonly payload: object
  readonly headers: object
  readonly correlationId: string
}

const route = {
  body: { type: "object" },
  response: {
    200: {
      type: "object",
      properties: {
        lead_id: { type: "integer" },
        status: { type: "string" },
        correlation_id: { type: "string" },
      },
    },
  },
}

/** Listens; `store` returns the new lead's id once the lead is committed. */
export const serveIntake = async (store: (lead: NewLead) => Promise<number>): Promise<FastifyInstance> => {
  const server = Fastify({
    logger: { level: "info" },
    // We log one line per lead; these would add two.
    logController: new LogController({ disableRequestLogging: true }),
  })
  server.get("/readyz", async () => ({ status: "ok" }))
  server.post("/webhooks/leads", { schema: route }, async (request, reply) => {
    const correlationId = request.headers["x-correlation-id"]?.toString() ?? randomUUID()
    const id = await store({ payload: request.body as object, headers: request.headers, correlationId })
    request.log.info({ lead_id: id, correlation_id: correlationId }, "lead received")
    void reply.header("X-Correlation-ID", correlationId)
    return { lead_id: id, status: "RECEIVED", correlation_id: correlationId }
  })
  await server.listen({ host: "127.0.0.1", port: settings.port() })
  return server
}
