import type { LeadId } from "@lead-gateway/lead"
import type { ServerResponse } from "node:http"

/** What the webhook is answered: a status and either a lead's receipt or an error's short text. */
export interface Answer {
  readonly status: number
  /** The body without `correlation_id`, which is added to every one. */
  readonly body: { readonly lead_id: LeadId; readonly status: "RECEIVED" } | { readonly error: string }
  /** Seconds after which the sender may come again. */
  readonly retryAfter?: number
  /** The methods that are allowed, when the request's is not. */
  readonly allow?: string
}

export const received = (id: LeadId): Answer => ({ status: 200, body: { lead_id: id, status: "RECEIVED" } })

const refused = (status: number, error: string, retryAfter?: number): Answer => ({
  status,
  body: { error },
  ...(retryAfter === undefined ? {} : { retryAfter }),
})

export const malformed = (error = "malformed JSON payload"): Answer => refused(400, error)
export const unauthorized: Answer = refused(401, "unauthorized")
export const methodNotAllowed: Answer = { ...refused(405, "method not allowed"), allow: "POST" }
export const payloadTooLarge: Answer = refused(413, "payload too large")
export const unsupportedMediaType: Answer = refused(415, "unsupported media type")
export const internalError: Answer = refused(500, "internal server error")
export const databaseError: Answer = refused(503, "database error", 5)

/** Writes an answer; headers set before, such as `X-Correlation-ID`, go with it. */
export const write = (response: ServerResponse, answer: Answer, correlationId: string): void => {
  const body = JSON.stringify({ ...answer.body, correlation_id: correlationId })
  response.writeHead(answer.status, {
    "Content-Type": "application/json",
    "Content-Length": Buffer.byteLength(body),
    ...(answer.allow === undefined ? {} : { Allow: answer.allow }),
    ...(answer.retryAfter === undefined ? {} : { "Retry-After": answer.retryAfter }),
  })
  response.end(body)
}
