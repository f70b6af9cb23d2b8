import type { LeadId } from "@lead-gateway/lead"
import type { Reply } from "@lead-gateway/runtime"

/** The answer to a webhook that is refused. */
export interface Answer extends Reply {
  /** The error's short text. */
  readonly reason: string
}

/** The answer to a webhook whose lead is committed, as JSON text. Made for every lead. */
export const receipt = (id: LeadId, correlationId: string): string =>
  `{"lead_id":${id},"status":"RECEIVED","correlation_id":${JSON.stringify(correlationId)}}`

/** The answer to a webhook that came before: the first one's lead and correlation id, as JSON text. */
export const duplicateReceipt = (id: LeadId, correlationId: string): string =>
  `{"lead_id":${id},"status":"RECEIVED","correlation_id":${JSON.stringify(correlationId)},"duplicate":true}`

const refused = (status: number, error: string, headers: Reply["headers"] = {}): Answer => ({
  status,
  body: { error },
  headers,
  reason: error,
})

/** 400; with the parser's message when the JSON is well-formed but exceeds its limits. */
export const malformed = (error = "malformed JSON payload"): Answer => refused(400, error)
/** 400: a list of leads, or of anything. */
export const notOneObject: Answer = refused(400, "the payload must be one JSON object")
/** 400: a header that names the webhook cannot be its key. */
export const malformedKey = (header: string): Answer =>
  refused(400, `${header} must be one key of 1 to 255 visible ASCII characters`)
/** 400: the body comes in so many small chunks that reading it would cost a multiple of its size. */
export const tooManyChunks: Answer = refused(400, "body in too many small chunks")
/** 400: a GET that is no handshake of a sender. */
export const noHandshake: Answer = refused(400, "malformed handshake")
/** 400: browsers would drop the console's cookie. */
export const tokenTooLong: Answer = refused(
  400,
  "this token is too long for a browser's cookie; a token made by lead-gateway token create is short enough",
)
/** 401: the sender's secret or signature is missing or wrong. */
export const unauthorized: Answer = refused(401, "unauthorized")
/** 403: a browser sent it for a page of another site, which `CORS_ORIGINS` does not allow. */
export const crossSiteRequest: Answer = refused(403, "cross-site request")
/** 404: no route has the path. */
export const notFound: Answer = refused(404, "not found")
/** 405, with the methods that the path supports. */
export const methodNotAllowed = (allow: string): Answer =>
  refused(405, "method not allowed", { Allow: allow })
/** 413: the body is larger than `MAX_BODY_BYTES`. */
export const payloadTooLarge: Answer = refused(413, "payload too large")
/** 415: the content type is not one that is accepted, or the encoding cannot be decoded; with what to send instead. */
export const unsupportedMediaType = (supported: string): Answer => {
  const reason = "unsupported media type"
  return { ...refused(415, `${reason}; send ${supported}`), reason }
}
/** 421: `Host` names a host that this api is not (RFC 9110, 15.5.20). */
export const unknownHost: Answer = refused(
  421,
  "unknown host; API_ALLOWED_HOSTS names the hosts that are allowed",
)
/** 429: the sender has sent more webhooks than `INTAKE_RATE_LIMIT` allows; the next is allowed after so many milliseconds. */
export const tooManyRequests = (waitMs: number): Answer =>
  refused(429, "too many requests", { "Retry-After": String(Math.ceil(waitMs / 1000)) })
/** 422: the key of the webhook stands for another one. */
export const keyConflict: Answer = refused(422, "idempotency key was used with another payload")
/** 500: a bug. */
export const internalError: Answer = refused(500, "internal server error")
/** 503: more webhooks than can be stored in time; the lead is not stored. */
export const overloaded = (retryAfter: string): Answer =>
  refused(503, "overloaded", { "Retry-After": retryAfter })
/** 503: there is no room for the body beside those of other requests. */
export const busy: Answer = refused(503, "too many bytes in flight (MAX_BYTES_IN_FLIGHT)", {
  "Retry-After": "1",
})
/** 503: the lead is not confirmed to be stored. */
export const databaseError: Answer = refused(503, "database error", { "Retry-After": "5" })
