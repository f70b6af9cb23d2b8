import type { IncomingHttpHeaders } from "node:http"

/** Headers whose value may be a secret, by name; theirs is stored as `[redacted]`. */
const secret = /secret|token|authori[sz]ation|cookie|password|signature|credential|session|api-?key/i

/**
 * A webhook's headers as they are stored, as JSON text: names in lower case, secrets redacted. Bytes beyond
 * ASCII are read as Latin-1, as Node reads them, so every value is storable text.
 */
export const sourceHeaders = (headers: IncomingHttpHeaders): string =>
  JSON.stringify(
    Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, secret.test(name) ? "[redacted]" : value]),
    ),
  )
