import type { LeadId } from "@lead-gateway/lead"
import type { Reply } from "@lead-gateway/runtime"

/** The answer to a webhook that is not accepted. */
export interface Answer extends Reply {
  /** The error's short text. */
  readonly reason: string
}

/** The answer to a webhook whose lead is committed, as JSON text. Made for every lead. */
export const receipt = (id: LeadId, correlationId: string): string =>
  `{"lead_id":${id},"status":"RECEIVED","correlation_id":${JSON.stringify(correlationId)}}`

const refused = (status: number, error: string, headers: Reply["headers"] = {}): Answer => ({
  status,
  body: { error },
  headers,
  reason: error,
})

export const malformed = (error = "malformed JSON payload"): Answer => refused(400, error)
export const unauthorized: Answer = refused(401, "unauthorized")
export const methodNotAllowed = (allow: string): Answer =>
  refused(405, "method not allowed", { Allow: allow })
export const payloadTooLarge: Answer = refused(413, "payload too large")
export const unsupportedMediaType: Answer = refused(415, "unsupported media type")
export const internalError: Answer = refused(500, "internal server error")
export const databaseError: Answer = refused(503, "database error", { "Retry-After": "5" })
