import type { Redacted } from "effect"
import type { ConnectionOptions } from "node:tls"

/** Where Postgres is. */
export interface DatabaseAddress {
  /** A `postgres://` URL, credentials included. */
  readonly url: Redacted.Redacted
  /** False for plain text, else how TLS checks the server; the URL's own `sslmode` does not count. */
  readonly ssl: boolean | ConnectionOptions
}
