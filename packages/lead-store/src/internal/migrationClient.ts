/**
 * One connection for migrations, by node-pg-migrate's driver, and how its failures are reported.
 */
import { Effect, Redacted, Schema } from "effect"
import type { ConnectionOptions } from "node:tls"
import { Client, type ClientConfig, DatabaseError } from "pg"

/** How to reach Postgres. */
export interface DatabaseAddress {
  /** A `postgres://` URL, credentials included. */
  readonly url: Redacted.Redacted
  /** False for plain text, else how TLS checks the server; the URL's own `sslmode` does not count. */
  readonly ssl: boolean | ConnectionOptions
}

/**
 * A migration failed. It has changed nothing, unless its file has `-- No transaction`: each migration is a transaction.
 * Earlier migrations stay applied.
 */
export class MigrationFailed extends Schema.TaggedError<MigrationFailed>()("MigrationFailed", {
  message: Schema.String,
  /** Whether Postgres could not be reached: trying again later may help. */
  unavailable: Schema.Boolean,
  /** The SQLSTATE, if Postgres reported one, such as `55P03` for a lock that was not granted in time. */
  sqlState: Schema.optional(Schema.String),
}) {
  /** The same failure with another message. */
  withMessage(message: string): MigrationFailed {
    return new MigrationFailed({ message, unavailable: this.unavailable, sqlState: this.sqlState })
  }
}

/** The host and port of an address, such as `127.0.0.1:5432`, without credentials. */
export const serverOf = ({ url }: DatabaseAddress): string => {
  const { hostname, port } = new URL(Redacted.value(url))
  return `${hostname}:${port === "" ? "5432" : port}`
}

/** Uses one connection of node-pg-migrate's driver, and closes it afterwards. */
export const withClient = <A, E>(
  address: DatabaseAddress,
  use: (client: Client) => Effect.Effect<A, E>,
): Effect.Effect<A, E | MigrationFailed> =>
  Effect.acquireUseRelease(
    attempt(async () => {
      const client = new Client(clientConfig(address))
      // A connection that breaks while idle must not end the process; the next query fails.
      client.on("error", ignore)
      await client.connect()
      return client
    }),
    use,
    (client) => Effect.promise(() => client.end().catch(ignore)),
  )

const ignore = () => {}

/** Without `sslmode`, which pg would interpret in its own way: the caller's TLS options apply to both drivers. */
const clientConfig = ({ url, ssl }: DatabaseAddress): ClientConfig => {
  const plain = new URL(Redacted.value(url))
  plain.searchParams.delete("sslmode")
  return {
    connectionString: plain.href,
    ssl,
    connectionTimeoutMillis: 5000,
    application_name: "lead-gateway-migrations",
  }
}

/** Runs a call that may fail because of Postgres, the network or a migration. */
export const attempt = <A>(run: () => Promise<A>): Effect.Effect<A, MigrationFailed> =>
  Effect.tryPromise({
    try: run,
    catch: (error) =>
      new MigrationFailed({
        message: messageOf(error),
        unavailable: isUnavailable(error),
        sqlState: error instanceof DatabaseError ? error.code : undefined,
      }),
  })

/** As {@link attempt}, for the folder of migrations, whose failures are permanent. */
export const attemptOnDisk = <A>(run: () => Promise<A>): Effect.Effect<A, MigrationFailed> =>
  Effect.tryPromise({
    try: run,
    catch: (error) => new MigrationFailed({ message: messageOf(error), unavailable: false }),
  })

/** A message of SQLSTATE class 22 quotes the refused value, which may be a lead's, so it is not passed on. */
const messageOf = (error: unknown): string => {
  const code = codeOf(error)
  if (code?.startsWith("22") === true) return `a value in the database does not fit (SQLSTATE ${code})`
  return error instanceof Error && error.message !== "" ? error.message : String(code ?? error)
}

const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined

/**
 * System errors of the socket (ECONNREFUSED, EAI_AGAIN …; Node's own ERR_… are mistakes), pg's own timeout,
 * and SQLSTATEs that mean "not now".
 */
export const isUnavailable = (error: unknown): boolean => {
  const code = codeOf(error)
  if (code === undefined) return error instanceof Error && /timeout|terminated/i.test(error.message)
  return /^E(?!RR_)[A-Z_]+$/.test(code) || /^(08|53|57P)/.test(code)
}
