/** Secrets in requests: how they are checked, and how they are kept out of stored headers. */
import { OperatorAuth, Unauthorized } from "@lead-gateway/api-contract"
import { Effect, Layer, Option, Redacted } from "effect"
import { createHash, timingSafeEqual } from "node:crypto"
import type { IncomingHttpHeaders } from "node:http"

/**
 * Makes a constant-time check whether a text is one of the secrets: the digests of all are compared, whichever one
 * matches.
 */
export const makeVerifier = (secrets: ReadonlyArray<Redacted.Redacted>) => {
  const digests = secrets.map((secret) => digest(Redacted.value(secret)))
  return (candidate: string | undefined): boolean => {
    const given = digest(candidate ?? "")
    let matches = false
    for (const known of digests) matches = timingSafeEqual(known, given) || matches
    return matches && candidate !== undefined
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()

/** Admits operators by their bearer token; everybody when no tokens are configured. */
export const operatorAuth = (
  tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): Layer.Layer<OperatorAuth> => {
  const isAuthorized = Option.match(tokens, { onNone: () => () => true, onSome: makeVerifier })
  return Layer.succeed(OperatorAuth, {
    operatorToken: (answer, { credential }) =>
      isAuthorized(Redacted.value(credential)) ? answer : Effect.fail(new Unauthorized()),
  })
}

/** Names of headers whose value may be a secret; the value is stored as `[redacted]`. */
const secret = /secret|token|authori[sz]ation|cookie|password|signature|credential|session|api-?key/i

/** A cache of earlier matches. It is bounded, because senders choose the names. */
const known = new Map<string, boolean>()
const maxKnown = 1000

const isSecret = (name: string): boolean => {
  const before = known.get(name)
  if (before !== undefined) return before
  const is = secret.test(name)
  if (known.size < maxKnown) known.set(name, is)
  return is
}

/**
 * A webhook's headers as JSON text, as they are stored: names in lower case, secrets redacted. Node reads bytes beyond
 * ASCII as Latin-1, so every value is storable text.
 */
export const sourceHeaders = (headers: IncomingHttpHeaders): string => {
  for (const name in headers) {
    if (isSecret(name)) return JSON.stringify(redacted(headers))
  }
  return JSON.stringify(headers)
}

const redacted = (headers: IncomingHttpHeaders): object =>
  Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, isSecret(name) ? "[redacted]" : value]),
  )
