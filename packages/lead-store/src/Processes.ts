/**
 * The processes of Lead Gateway that are connected to Postgres: each says in the name of its connections what it is, so that
 * nobody has to keep a list of them.
 */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { hostname } from "node:os"
import { type StoreError, storeCall } from "./StoreError.ts"

/** A process that is connected. */
export interface GatewayProcess {
  /** `lead-gateway-api`, `lead-gateway-worker`, `lead-gateway`, or that of a command. */
  readonly name: string
  /** Null of processes that do not say so. */
  readonly version: string | null
  readonly pid: number | null
  /** The end of its host's name. */
  readonly host: string | null
  /** Null of connections from the machine of Postgres. */
  readonly address: string | null
  /** When it started; of one that does not say so, when the oldest of its connections began. */
  readonly since: Date
  /** When it has last asked Postgres something. */
  readonly lastSeenAt: Date
  readonly connections: number
  /** How many of them run a statement now. */
  readonly active: number
  /** It is the process that asks. */
  readonly isThis: boolean
}

/** The longest name that Postgres keeps, in bytes. */
const maxName = 63

/**
 * The name of a process's connections, `application_name` in `pg_stat_activity`: what it is, its version, its process id, when
 * it started (seconds since 1970, in base 36), and the end of its host's name. Example: `lead-gateway-api 1.2.0 4711 t5z3k1 web-1`.
 */
export const processName = (name: string, version: string): string => {
  const started = Math.floor(performance.timeOrigin / 1000).toString(36)
  const text = `${name} ${version} ${process.pid} ${started} `
  const left = maxName - text.length
  return left <= 0
    ? text.trim().slice(0, maxName)
    : text +
        hostname()
          .replaceAll(/[^!-~]/g, "-")
          .slice(-left)
}

/** Reads them, the oldest first; 500 at most. */
export const readProcesses: Effect.Effect<
  ReadonlyArray<GatewayProcess>,
  StoreError,
  PgClient.PgClient
> = PgClient.PgClient.use((sql) =>
  Effect.map(sql.unsafe<ProcessRow>(statement, []), (rows) => rows.map(processOf)),
).pipe(storeCall("readProcesses"))

interface ProcessRow {
  readonly name: string
  readonly address: string | null
  readonly connections: number
  readonly active: number
  readonly since: Date
  readonly last_seen_at: Date
  readonly is_this: boolean
}

const statement = `
  SELECT application_name AS name, host(client_addr) AS address, count(*)::integer AS connections,
    (count(*) FILTER (WHERE state = 'active' AND pid <> pg_backend_pid()))::integer AS active,
    min(backend_start) AS since, max(greatest(backend_start, state_change)) AS last_seen_at,
    bool_or(pid = pg_backend_pid()) AS is_this
  FROM pg_stat_activity
  WHERE datname = current_database() AND backend_type = 'client backend' AND application_name ~ '^lead-gateway'
  GROUP BY 1, 2 ORDER BY since, name LIMIT 500`

const form = /^(\S+) (\S+) (\d+) ([0-9a-z]+) (.*)$/

const processOf = ({
  active,
  address,
  connections,
  is_this,
  last_seen_at,
  name,
  since,
}: ProcessRow): GatewayProcess => {
  const [, own = name, version = null, pid, started, host = null] = form.exec(name) ?? []
  return {
    name: own,
    version,
    pid: pid === undefined ? null : Number(pid),
    host,
    address,
    since: started === undefined ? since : new Date(Number.parseInt(started, 36) * 1000),
    lastSeenAt: last_seen_at,
    connections,
    active,
    isThis: is_this,
  }
}
