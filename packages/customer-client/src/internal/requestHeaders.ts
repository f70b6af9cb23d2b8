import { validateHeaderName } from "node:http"
import type { CustomerApi, OptionDiagnostic } from "../CustomerApi.ts"
import type { DeliveryRequest } from "../Delivery.ts"
import { authHeader, signatureHeaders, signingKeys } from "./credentials.ts"
import { show } from "./describe.ts"
import { isHeaderValue } from "./unsendable.ts"

/** The headers of a request, except those of the connection. `timeMs` is the time of its signature. */
export interface RequestHeaders {
  /** Names and values in turn. */
  readonly of: (request: DeliveryRequest, timeMs: number) => Array<string>
  /** Which of them hold secrets, in lower case. */
  readonly secret: ReadonlyArray<string>
  /** Whether requests are signed. */
  readonly isSigned: boolean
}

/** Prepares the headers of all requests from a customer's options, once. Reports the options that are not valid. */
export const requestHeaders = (
  api: CustomerApi,
  report: (diagnostic: OptionDiagnostic) => void,
): RequestHeaders => {
  const fixed = new Map<string, readonly [name: string, value: string]>([
    ["content-type", ["Content-Type", "application/json"]],
    ["accept", ["Accept", "application/json"]],
    ["accept-encoding", ["Accept-Encoding", "identity"]],
    ["user-agent", ["User-Agent", "lead-gateway"]],
  ])
  const names = new Set<string>()
  /** Checks and reserves the name of a header; returns it in lower case. */
  const reserve = (path: string, name: unknown, mayReplace: boolean) => {
    const lower = typeof name === "string" ? name.toLowerCase() : ""
    const isSet = names.has(lower) || (!mayReplace && fixed.has(lower))
    const expected = expectedOfHeaderName(name) ?? (isSet ? "no header that is set already" : undefined)
    if (expected !== undefined) report({ path, actual: show(name), expected })
    names.add(lower)
    return lower
  }

  const auth = authHeader(api.auth ?? { _tag: "None" }, report)
  const authName = auth === undefined ? undefined : reserve("auth.header", auth[0], false)
  if (auth !== undefined && authName !== undefined) fixed.set(authName, auth)
  const idempotencyHeader = api.idempotencyHeader ?? "Idempotency-Key"
  reserve("idempotencyHeader", idempotencyHeader, false)
  for (const [name, value] of furtherHeaders(api.headers, report)) {
    const path = `headers.${name}`
    reserve(path, name, true)
    if (name.toLowerCase() === "authorization") {
      report({ path, actual: undefined, expected: "no header for secrets: use auth" })
    }
    if (isHeaderValue(value)) fixed.set(name.toLowerCase(), [name, value])
    else report({ path, actual: undefined, expected: "a text of visible ASCII, with spaces only between" })
  }

  const keys = signingKeys(api.signingSecrets, report)
  const head = [...fixed.values()].flat()
  const of: RequestHeaders["of"] = (request, timeMs) => {
    const { body, correlationId, idempotencyKey, traceparent, tracestate } = request
    const length = String(Buffer.byteLength(body))
    const headers = [...head, "Content-Length", length, idempotencyHeader, idempotencyKey]
    if (correlationId !== undefined) headers.push("X-Correlation-ID", correlationId)
    if (traceparent !== undefined) headers.push("traceparent", traceparent)
    if (traceparent !== undefined && tracestate !== undefined) headers.push("tracestate", tracestate)
    if (keys.length > 0) headers.push(...signatureHeaders(keys, { id: idempotencyKey, timeMs, body }))
    return headers
  }
  return { of, secret: authName === undefined ? [] : [authName], isSigned: keys.length > 0 }
}

/** The entries of `headers`. A `Map`, `Headers` or a list has entries of another kind, so that it would be taken for empty. */
const furtherHeaders = (headers: unknown, report: (diagnostic: OptionDiagnostic) => void) => {
  if (headers === undefined || headers === null) return []
  if (typeof headers === "object" && !(Symbol.iterator in headers)) return Object.entries(headers)
  report({ path: "headers", actual: undefined, expected: 'a plain object such as { "X-Tenant": "solar" }' })
  return []
}

/** Headers of the connection and of the client, which no option may set. */
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

/** Headers that hold values of each request. */
const ofRequests = new Set(["x-correlation-id", "traceparent", "tracestate"])

/** Headers of signatures. */
const ofSignatures = new Set(["webhook-id", "webhook-timestamp", "webhook-signature"])

/** What is expected instead of a header's name; `undefined` if the name is valid. */
const expectedOfHeaderName = (name: unknown): string | undefined => {
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
