import type { LeadId } from "@lead-gateway/lead"
import type { Reply } from "@lead-gateway/runtime"

/** What the webhook is answered: a lead's receipt or an error's short text. */
export interface Answer extends Reply {
  /** The error's short text, if it is one. */
  readonly reason?: string
}

export const received = (id: LeadId): Answer => ({ status: 200, body: { lead_id: id, status: "RECEIVED" } })

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
