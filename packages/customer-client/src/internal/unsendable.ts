import type { DeliveryRequest } from "../Delivery.ts"
import { describe } from "./describe.ts"

/**
 * Whether a text may be the value of a header: visible ASCII, with spaces and tabs only between (RFC 9110, section 5.5).
 *
 * HTTP would allow bytes from 0x80 as well, as opaque data: HTTP/1.1 and HTTP/2 clients and servers read them differently.
 */
export const isHeaderValue = (value: unknown): value is string =>
  typeof value === "string" && headerValue.test(value)

const headerValue = /^(?:[\x21-\x7e](?:[\t\x20-\x7e]*[\x21-\x7e])?)?$/

/**
 * Why a request cannot be sent, as a sentence; `undefined` if it can. The same for HTTP/1.1 and HTTP/2, because which one
 * it is going to be is not known yet.
 *
 * Total: the request may be any value of JavaScript. The sentence quotes none of its values.
 */
export const whyUnsendable = (request: DeliveryRequest, isSigned: boolean): string | undefined => {
  try {
    if (typeof request !== "object" || request === null) {
      return `the request must be an object with body and idempotencyKey, but is ${describe(request)}`
    }
    const { body, idempotencyKey } = request
    if (typeof body !== "string") {
      return `the request's body must be a JSON text, such as JSON.stringify(lead), but is ${describe(body)}`
    }
    if (idempotencyKey === "" || idempotencyKey === undefined) return "the request has no idempotency key"
    if (isSigned && typeof idempotencyKey === "string" && idempotencyKey.includes(".")) {
      return "the idempotency key of a signed request must not have a dot, because id.timestamp.body is signed"
    }
    return (
      whyNoHeader("idempotencyKey", idempotencyKey) ??
      whyNoHeader("correlationId", request.correlationId) ??
      whyNoHeader("traceparent", request.traceparent) ??
      whyNoHeader("tracestate", request.tracestate)
    )
  } catch {
    return "the request cannot be read"
  }
}

const whyNoHeader = (name: string, value: unknown): string | undefined => {
  if (value === undefined || isHeaderValue(value)) return undefined
  return typeof value === "string"
    ? `the request's ${name} must be visible ASCII, with spaces only between, because it becomes a header`
    : `the request's ${name} must be a text, but is ${describe(value)}`
}
