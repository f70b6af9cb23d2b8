import * as Redacted from "effect/Redacted"
import type { CustomerApi } from "../CustomerApi.ts"
import type { OptionMistake } from "../CustomerOptionsInvalid.ts"
import type { DeliveryRequest } from "../DeliveryRequest.ts"
import { authHeader } from "./authHeader.ts"
import { headerNameMistake, isHeaderValue } from "./headerRules.ts"
import { isList } from "./isList.ts"
import { signatureHeaders, signingKey } from "./signature.ts"

/** The headers of a request sent at this time, except those that depend on the connection. */
export interface RequestHeaders {
  /** Names and values in turn. */
  readonly of: (request: DeliveryRequest, timeMs: number) => Array<string>
  /** Which of them hold secrets, in lower case. */
  readonly secret: ReadonlyArray<string>
}

/** Makes them from a customer's options, once; what is wrong with these goes to `report`. */
export const requestHeaders = (
  api: CustomerApi,
  report: (mistake: OptionMistake) => void,
): RequestHeaders => {
  const fixed = new Map<string, readonly [name: string, value: string]>([
    ["content-type", ["Content-Type", "application/json"]],
    ["accept", ["Accept", "application/json"]],
    ["accept-encoding", ["Accept-Encoding", "identity"]],
    ["user-agent", ["User-Agent", "lead-gateway"]],
  ])
  const taken = new Set<string>()
  /** Takes a name for a header's, whatever it is; gives it in lower case. */
  const take = (option: string, name: unknown, mayReplace: boolean) => {
    const lower = String(name).toLowerCase()
    const isTaken = taken.has(lower) || (!mayReplace && fixed.has(lower))
    const mistake = headerNameMistake(name) ?? (isTaken ? "no header that is set already" : undefined)
    if (mistake !== undefined) report({ option, actual: JSON.stringify(name), expected: mistake })
    taken.add(lower)
    return lower
  }

  const auth = authHeader(api.auth ?? { _tag: "None" }, report)
  const authName = auth === undefined ? undefined : take("auth.header", auth[0], false)
  if (auth !== undefined && authName !== undefined) fixed.set(authName, auth)
  const idempotencyHeader = api.idempotencyHeader ?? "Idempotency-Key"
  take("idempotencyHeader", idempotencyHeader, false)
  for (const [name, value] of Object.entries(api.headers ?? {})) {
    const option = `headers.${name}`
    take(option, name, true)
    if (name.toLowerCase() === "authorization") {
      report({ option, actual: undefined, expected: "no header for secrets: use auth" })
    }
    if (!isHeaderValue(value)) {
      report({ option, actual: undefined, expected: "a text that HTTP allows, without spaces at its ends" })
    }
    fixed.set(name.toLowerCase(), [name, value])
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
  return { of, secret: authName === undefined ? [] : [authName] }
}

const signingKeys = (
  secrets: ReadonlyArray<Redacted.Redacted> | undefined,
  report: (mistake: OptionMistake) => void,
): ReadonlyArray<Buffer> => {
  if (secrets !== undefined && !isList(secrets)) {
    report({ option: "signingSecrets", actual: undefined, expected: "a list of secrets" })
    return []
  }
  if (secrets?.length === 0) {
    report({ option: "signingSecrets", actual: "an empty list", expected: "at least one, or no such option" })
  }
  return (secrets ?? []).flatMap((secret, index) => {
    const key = signingKey(Redacted.value(secret))
    if (key !== undefined) return [key]
    const expected = "whsec_ and 24 to 64 bytes in base64"
    report({ option: `signingSecrets.${index}`, actual: undefined, expected })
    return []
  })
}
