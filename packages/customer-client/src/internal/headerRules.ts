import { validateHeaderName, validateHeaderValue } from "node:http"
import type { DeliveryRequest } from "../DeliveryRequest.ts"

/** Headers that the connection or the client sets; no option may. */
const reserved = new Set([
  "accept-encoding",
  "connection",
  "content-encoding",
  "content-length",
  "expect",
  "host",
  "http2-settings",
  "keep-alive",
  "proxy-authorization",
  "proxy-connection",
  "te",
  "trailer",
  "transfer-encoding",
  "upgrade",
])

/** Headers that are set from the values of each request. */
const ofRequests = new Set(["x-correlation-id", "traceparent", "tracestate"])

/** What `signingSecrets` writes. */
const ofSignatures = new Set(["webhook-id", "webhook-timestamp", "webhook-signature"])

/** What is allowed as a header's name instead; `undefined` if this name is allowed. */
export const headerNameMistake = (name: unknown): string | undefined => {
  if (!isHeaderName(name)) return "a header's name: letters, digits, - and _"
  const lower = name.toLowerCase()
  if (reserved.has(lower)) return "no header that belongs to the connection"
  if (ofRequests.has(lower)) return "no header that each request sets"
  return ofSignatures.has(lower) ? "no header of a signature: use signingSecrets" : undefined
}

const isHeaderName = (name: unknown): name is string => {
  try {
    validateHeaderName(name as string)
    return true
  } catch {
    return false
  }
}

/** Whether a text is a valid HTTP header value. */
export const isHeaderValue = (value: string): boolean => {
  try {
    validateHeaderValue("X", value)
    return typeof value === "string" && value === value.trim()
  } catch {
    return false
  }
}

/** Whether all values of a request are valid as headers. */
export const hasHeaderValues = (request: DeliveryRequest): boolean =>
  isHeaderValue(request.idempotencyKey) &&
  (request.correlationId === undefined || isHeaderValue(request.correlationId)) &&
  (request.traceparent === undefined || isHeaderValue(request.traceparent)) &&
  (request.tracestate === undefined || isHeaderValue(request.tracestate))
