import { type DatabaseConnection, variables } from "@lead-gateway/config"
import { Redacted } from "effect"
import { join } from "node:path"
import { BackupFailed } from "./BackupError.ts"
import { outputOf } from "./Program.ts"

/** A database, as the driver and libpq need it. */
export type Address = Pick<DatabaseConnection, "url" | "ssl">

/** The path of `pg_dump` or `pg_restore`: in the folder of `--pg-bin`, else found by `PATH`. */
export const postgresProgram = (name: "pg_dump" | "pg_restore", folder: string | undefined): string =>
  folder === undefined ? name : join(folder, name)

/** What has to be installed. */
export const postgresClient = "postgresql-client, or name its folder by --pg-bin"

/** Fails unless this `pg_dump` can dump a server of this version: it must not be older. */
export const checkVersion = async (program: string, server: number, signal: AbortSignal): Promise<string> => {
  const printed = await outputOf({
    program,
    args: ["--version"],
    env: withoutSecrets(),
    from: postgresClient,
    signal,
  })
  const version = /\d+(\.\d+)*/.exec(printed)?.[0] ?? ""
  if (Number.parseInt(version, 10) < server) {
    throw new BackupFailed({
      message: `${program} ${version} cannot dump Postgres ${server}: install postgresql-client-${server}, or name its folder by --pg-bin`,
    })
  }
  return version
}

/** The environment by which libpq connects: nothing of it is seen in a list of processes. */
export const libpqEnvironment = ({ ssl, url }: Address): NodeJS.ProcessEnv => {
  const parsed = new URL(Redacted.value(url))
  const query = parsed.searchParams
  const set = (name: string, value: string | null) =>
    value === null || value === "" ? {} : { [name]: value }
  const host = query.get("host") ?? decodeURIComponent(parsed.hostname).replace(/^\[(.*)\]$/, "$1")
  return {
    ...withoutSecrets(),
    ...set("PGHOST", host || "localhost"),
    ...set("PGPORT", query.get("port") ?? (parsed.port || "5432")),
    ...set("PGUSER", query.get("user") ?? decodeURIComponent(parsed.username)),
    ...set("PGPASSWORD", query.get("password") ?? decodeURIComponent(parsed.password)),
    ...set("PGDATABASE", databaseOf(parsed)),
    ...set("PGOPTIONS", query.get("options")),
    ...set("PGCONNECT_TIMEOUT", query.get("connect_timeout")),
    ...tls(ssl),
    PGAPPNAME: "lead-gateway-backup",
  }
}

const databaseOf = (url: URL): string =>
  url.searchParams.get("dbname") ?? decodeURIComponent(url.pathname.replace(/^\//, ""))

/** The same server, another database. */
export const withDatabase = ({ ssl, url }: Address, name: string): Address => {
  const other = new URL(Redacted.value(url))
  other.searchParams.delete("dbname")
  other.pathname = `/${encodeURIComponent(name)}`
  return { ssl, url: Redacted.make(other.href) }
}

/** The name of the database. */
export const databaseName = ({ url }: Address): string => databaseOf(new URL(Redacted.value(url)))

/** libpq has no authorities of its own: those of the system, unless others are named as for Node or for libpq. */
const tls = (ssl: Address["ssl"]): NodeJS.ProcessEnv => {
  if (ssl === false) return { PGSSLMODE: "disable" }
  if (ssl !== true && ssl.rejectUnauthorized === false) return { PGSSLMODE: "require" }
  const { NODE_EXTRA_CA_CERTS, PGSSLROOTCERT } = process.env
  return {
    PGSSLMODE: ssl === true ? "verify-full" : "verify-ca",
    PGSSLROOTCERT: PGSSLROOTCERT || NODE_EXTRA_CA_CERTS || "/etc/ssl/certs/ca-certificates.crt",
  }
}

/** What would make libpq connect to another server than the settings name. */
const otherServers = ["PGSERVICE", "PGHOSTADDR", "PGTARGETSESSIONATTRS"]

/** The environment of this process without the settings of Lead Gateway, some of which are secrets. */
export const withoutSecrets = (): NodeJS.ProcessEnv => {
  const ours = new Set([...variables.flatMap(({ name }) => [name, `${name}_FILE`]), ...otherServers])
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => !ours.has(name)))
}
