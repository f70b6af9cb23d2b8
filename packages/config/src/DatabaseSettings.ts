/**
 * Postgres: its address, the connection pool, and whether a process migrates the schema.
 *
 * `DATABASE_URL` takes precedence over `DB_HOST` and its siblings, which are still checked. `connection` and `pool` fit the
 * pool options of `@effect/sql-pg`: `{ url, ssl, maxConnections, minConnections, connectionTTL }`.
 */
import { Duration, Option, type Redacted, Result } from "effect"
import type { ConnectionOptions } from "node:tls"
import * as Kind from "./Kind.ts"
import * as Quantity from "./Quantity.ts"
import * as Settings from "./Settings.ts"
import { isSet, type Source } from "./Source.ts"
import {
  type DatabaseUrl,
  databaseUrl,
  type SslMode,
  sslModes,
  tlsOptions,
  urlOf,
} from "./internal/databaseUrl.ts"

/** One Postgres database. */
export interface DatabaseConnection {
  /** A libpq URI, credentials included. */
  readonly url: Redacted.Redacted
  /** False for plain text, else how TLS checks the server; it overrides the URL's `sslmode`. */
  readonly ssl: boolean | ConnectionOptions
  /** Host, port and database, without credentials: `db.internal:5432/leads`. */
  readonly target: string
}

/** How many connections one process holds. */
export interface DatabasePool {
  readonly maxConnections: number
  /** Kept open while idle; at most `maxConnections`. */
  readonly minConnections: number
  /** The age at which a connection is replaced; none for never. */
  readonly connectionTTL: Option.Option<Duration.Duration>
}

/** A database, its pool and whether a process migrates it. */
export interface DatabaseSettings {
  readonly connection: DatabaseConnection
  readonly pool: DatabasePool
  /** False: a process waits at its start until `migrate up` has been run. */
  readonly migrateOnStart: boolean
}

/** As {@link DatabaseSettings}, but without a connection the embedded Postgres is started. */
export interface EmbeddedDatabaseSettings {
  readonly connection: Option.Option<DatabaseConnection>
  readonly pool: DatabasePool
  /** As in {@link DatabaseSettings}. */
  readonly migrateOnStart: boolean
}

const url = [
  "DATABASE_URL",
  databaseUrl,
  "Where Postgres is; takes precedence over `DB_HOST` and its siblings",
] as const
const host = ["DB_HOST", Kind.host, "Where Postgres is, if not by `DATABASE_URL`"] as const
const port = ["DB_PORT", Kind.port, "Port of Postgres"] as const
const user = ["DB_USER", Kind.withExample(Kind.text, "lead_gateway"), "User of the database"] as const
const password = ["DB_PASSWORD", Kind.secret, "Password of the user"] as const
const name = ["DB_NAME", Kind.withExample(Kind.text, "lead_gateway"), "Name of the database"] as const
const parts = ["DB_HOST", "DB_PORT", "DB_USER", "DB_PASSWORD", "DB_NAME", "DB_SSLMODE"]

/** The variable, which a replica shares. */
export const sslMode = ["DB_SSLMODE", Kind.literals(sslModes), "TLS to Postgres, as in libpq"] as const

/** The connection of a URL. `sslMode` applies to one without its own. */
export const connectionOf = (url: DatabaseUrl, sslMode: Option.Option<SslMode>): DatabaseConnection => ({
  url: url.url,
  ssl: tlsOptions[url.sslMode ?? Option.getOrElse(sslMode, () => "disable")],
  target: url.target,
})

const fromUrl: Settings.Settings<DatabaseConnection> = Settings.map(
  Settings.all({
    url: Settings.required(...url),
    // Applies to a URL without `sslmode`.
    sslMode: Settings.optional(...sslMode),
    // Not used, but an invalid value is reported.
    host: Settings.optional(...host),
    port: Settings.optional(...port),
    user: Settings.optional(...user),
    password: Settings.optional(...password),
    name: Settings.optional(...name),
  }),
  ({ url, sslMode }) => connectionOf(url, sslMode),
)

const fromParts: Settings.Settings<DatabaseConnection> = Settings.map(
  Settings.all({
    host: Settings.required(...host),
    port: Settings.withDefault(...port, 5432),
    user: Settings.required(...user),
    password: Settings.optional(...password),
    name: Settings.required(...name),
    sslMode: Settings.withDefault(...sslMode, "disable"),
  }),
  ({ sslMode, ...parts }) => ({
    url: urlOf(parts),
    ssl: tlsOptions[sslMode],
    target: `${parts.host}:${parts.port}/${parts.name}`,
  }),
)

const hasParts = (source: Source): boolean => parts.some((part) => isSet(source, part))

const connection = Settings.choose([fromParts, fromUrl], (source) =>
  !isSet(source, "DATABASE_URL") && hasParts(source) ? fromParts : fromUrl,
)

const embeddedConnection = Settings.choose(
  [Settings.map(connection, Option.some), Settings.succeed(Option.none<DatabaseConnection>())],
  (source) =>
    isSet(source, "DATABASE_URL") || hasParts(source)
      ? Settings.map(connection, Option.some)
      : Settings.succeed(Option.none()),
)

const poolSize = { minimum: 2, maximum: 1000 }

const pool: Settings.Settings<DatabasePool> = Settings.refine(
  Settings.all({
    maxConnections: Settings.withDefault(
      "DB_MAX_OPEN_CONNS",
      Kind.integer(poolSize),
      "Connections of one process to Postgres, at most",
      10,
    ),
    minConnections: Settings.optional(
      "DB_MAX_IDLE_CONNS",
      Kind.withExample(Kind.integer({ ...poolSize, minimum: 0 }), "2"),
      "Connections kept open while idle; 2 unless set, never more than `DB_MAX_OPEN_CONNS`",
    ),
    connectionTTL: Settings.withDefault(
      "DB_CONN_MAX_LIFETIME",
      Quantity.duration({ minimum: Duration.zero, maximum: Duration.hours(24) }),
      "Age at which a connection is replaced; `0s` for never",
      Duration.minutes(30),
    ),
  }),
  ({ maxConnections, minConnections, connectionTTL }) => {
    const idle = Option.getOrElse(minConnections, () => 2)
    return idle > maxConnections
      ? Result.fail([
          `DB_MAX_IDLE_CONNS: "${idle}" is invalid; use at most DB_MAX_OPEN_CONNS (${maxConnections})`,
        ])
      : Result.succeed({
          maxConnections,
          minConnections: idle,
          connectionTTL: Option.liftPredicate(connectionTTL, Duration.isGreaterThan(Duration.zero)),
        })
  },
)

const migrateOnStart = Settings.withDefault(
  "MIGRATE_ON_START",
  Kind.boolean,
  "Migrates the database's schema at start; with false a process waits for `migrate up`",
  true,
)

/** The database of an app that requires a configured one. */
export const databaseSettings: Settings.Settings<DatabaseSettings> = Settings.all({
  connection,
  pool,
  migrateOnStart,
})

/** The database of the gateway, which runs an embedded one if none is configured. */
export const embeddedDatabaseSettings: Settings.Settings<EmbeddedDatabaseSettings> = Settings.all({
  connection: embeddedConnection,
  pool,
  migrateOnStart,
})
