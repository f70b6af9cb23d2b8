/**
 * libpq's URI and TLS modes, translated to the options of the driver.
 *
 * The driver parses the URI itself. It is checked here first, because the driver would report an invalid one only as a
 * failed connection.
 */
import { Option, Redacted, Result } from "effect"
import type { ConnectionOptions } from "node:tls"
import { type Kind, makeSecret } from "../Kind.ts"

/**
 * The supported TLS modes. libpq's `allow` and `prefer` are not supported: they fall back to plain text, and the driver
 * offers that fallback only with a check of the certificate, which libpq does not make in these modes.
 */
export const sslModes = ["disable", "require", "verify-ca", "verify-full"] as const
export type SslMode = (typeof sslModes)[number]

/**
 * The TLS options of each mode, as in libpq: `require` encrypts without checking the certificate, `verify-ca` requires one
 * of a trusted authority, `verify-full` also checks the host name. Authorities are Node's own and those of
 * `NODE_EXTRA_CA_CERTS`.
 */
export const tlsOptions: Readonly<Record<SslMode, boolean | ConnectionOptions>> = {
  disable: false,
  require: { rejectUnauthorized: false },
  "verify-ca": { checkServerIdentity: () => undefined },
  "verify-full": true,
}

/** A checked `DATABASE_URL`. */
export interface DatabaseUrl {
  readonly url: Redacted.Redacted
  /** Undefined if the URL has no `sslmode`. */
  readonly sslMode: SslMode | undefined
  readonly target: string
}

const expected =
  "a URL such as postgres://user:password@host:5432/name, or set DB_HOST, DB_USER and DB_NAME instead"

/** `postgres://` or `postgresql://`, one host, and a supported `sslmode` if it has one. */
export const databaseUrl: Kind<DatabaseUrl> = makeSecret(
  expected,
  "postgres://lead_gateway:secret@localhost:5432/lead_gateway",
  read,
  ({ target }) => `postgres://${target}`,
)

/** The same of a replica, which has no other settings. */
export const replicaUrl: Kind<DatabaseUrl> = makeSecret(
  "a URL such as postgres://user:password@replica:5432/name",
  "postgres://lead_gateway:secret@replica:5432/lead_gateway",
  read,
  ({ target }) => `postgres://${target}`,
)

function read(text: string): DatabaseUrl | undefined | Result.Result<DatabaseUrl, string> {
  const url = URL.canParse(text.trim()) ? new URL(text.trim()) : undefined
  if (url === undefined || !/^postgres(ql)?:$/.test(url.protocol)) return undefined
  const query = url.searchParams
  const sslMode = query.get("sslmode")
  if (sslMode !== null && !isSslMode(sslMode)) {
    return Result.fail(`one of ${sslModes.join(", ")} as its sslmode`)
  }
  if (query.has("ssl"))
    return Result.fail("sslmode=require or sslmode=verify-full instead of ssl in its query")
  const host = decoded(query.get("host") ?? url.hostname)
  const port = query.get("port") ?? (url.port === "" ? "5432" : url.port)
  const name = decoded(query.get("dbname") ?? url.pathname.replace(/^\//, ""))
  if (host === undefined || host.includes(",") || name === undefined || !isPort(port)) return undefined
  if (decoded(url.username) === undefined || decoded(url.password) === undefined) return undefined
  return {
    url: Redacted.make(text.trim()),
    sslMode: sslMode ?? undefined,
    target: `${host === "" ? "localhost" : host}:${port}/${name}`,
  }
}

/** The URL of separate parts, which may contain any characters. */
export const urlOf = (parts: {
  readonly host: string
  readonly port: number
  readonly user: string
  readonly password: Option.Option<Redacted.Redacted>
  readonly name: string
}): Redacted.Redacted => {
  const password = Option.match(parts.password, {
    onNone: () => "",
    onSome: (password) => `:${encodeURIComponent(Redacted.value(password))}`,
  })
  const host = parts.host.includes(":") ? `[${parts.host}]` : parts.host
  const user = encodeURIComponent(parts.user)
  return Redacted.make(
    `postgres://${user}${password}@${host}:${parts.port}/${encodeURIComponent(parts.name)}`,
  )
}

const isSslMode = (mode: string): mode is SslMode => sslModes.some((known) => known === mode)

const isPort = (text: string): boolean =>
  /^\d{1,5}$/.test(text) && Number(text) >= 1 && Number(text) <= 65_535

const decoded = (text: string): string | undefined =>
  Option.getOrUndefined(Result.getSuccess(Result.try(() => decodeURIComponent(text))))
