import type { IncomingHttpHeaders } from "node:http"

/** Names of headers whose value may be a secret. It is stored as `[redacted]`. */
const secret = /secret|token|authori[sz]ation|cookie|password|signature|credential|session|api-?key/i

/** A cache of names that were matched. It is bounded, since senders may make names up. */
const known = new Map<string, boolean>()
const mostKnown = 1000

const isSecret = (name: string): boolean => {
  const before = known.get(name)
  if (before !== undefined) return before
  const is = secret.test(name)
  if (known.size < mostKnown) known.set(name, is)
  return is
}

/**
 * A webhook's headers as they are stored, as JSON text: names in lower case, secrets redacted. Bytes beyond
 * ASCII are read as Latin-1, as Node reads them, so every value is storable text.
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
