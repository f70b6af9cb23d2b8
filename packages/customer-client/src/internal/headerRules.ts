import { validateHeaderName, validateHeaderValue } from "node:http"
import type { DeliveryRequest } from "../DeliveryRequest.ts"

/** What the connection decides, or the client by itself; no option may. */
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

/** What requests have from their own values. */
const ofRequests = new Set(["x-correlation-id", "traceparent", "tracestate"])

/** What `signingSecrets` writes. */
const ofSignatures = new Set(["webhook-id", "webhook-timestamp", "webhook-signature"])

/** What may be chosen as a header's name instead; `undefined` if this one may. */
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

/** Whether a text may stand in HTTP as a header's value. */
export const isHeaderValue = (value: string): boolean => {
  try {
    validateHeaderValue("X", value)
    return typeof value === "string" && value === value.trim()
  } catch {
    return false
  }
}

/** Whether the values that a request brings along may all stand in its headers. */
export const hasHeaderValues = (request: DeliveryRequest): boolean =>
  isHeaderValue(request.idempotencyKey) &&
  (request.correlationId === undefined || isHeaderValue(request.correlationId)) &&
  (request.traceparent === undefined || isHeaderValue(request.traceparent)) &&
  (request.tracestate === undefined || isHeaderValue(request.tracestate))
