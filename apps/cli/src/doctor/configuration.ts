/**
 * The settings of a process: read group by group for the other checks, and checked as a whole, with the configuration files,
 * as the process itself does at its start.
 */
import {
  apiSettings,
  customerSettings,
  type CustomerSettings,
  dataDirectory,
  type DatabaseConnection,
  type DatabasePool,
  databaseSettings,
  embeddedApiSettings,
  embeddedDatabaseSettings,
  embeddedQueueSettings,
  loadSettings,
  openAccessWarning,
  optionalCustomerSettings,
  type QueueSettings,
  queueSettings,
  retentionSettings,
  Settings,
} from "@lead-gateway/config"
import { describePolicy, loadWithFlow } from "@lead-gateway/config/flow"
import { Effect, Option, Record } from "effect"
import type { Server } from "../servers.ts"
import { shipped } from "../shipped.ts"
import { about, type Finding } from "./Finding.ts"

const { ok, warning, wrong } = about("configuration")

/** The settings that the checks need. An invalid group is none; {@link checkConfiguration} reports why. */
export interface CheckedSettings {
  readonly server: Server
  readonly database: Option.Option<{
    /** None: the embedded Postgres. */
    readonly connection: Option.Option<DatabaseConnection>
    readonly pool: DatabasePool
    readonly migrateOnStart: boolean
  }>
  readonly queue: Option.Option<QueueSettings>
  /** None also for the api, which delivers nothing. */
  readonly customer: Option.Option<CustomerSettings<Option.Option<URL>>>
  /** The folder of the embedded Postgres; none when another database is configured. */
  readonly dataDirectory: Option.Option<string>
  readonly archiveDir: Option.Option<string>
}

const requiredDatabase = Settings.map(databaseSettings, (database) => ({
  ...database,
  connection: Option.some(database.connection),
}))

const groups = {
  start: {
    database: embeddedDatabaseSettings,
    queue: embeddedQueueSettings,
    customer: optionalCustomerSettings,
  },
  api: { database: requiredDatabase, queue: queueSettings, customer: undefined },
  worker: {
    database: requiredDatabase,
    queue: queueSettings,
    customer: Settings.map(customerSettings, (customer) => ({ ...customer, url: Option.some(customer.url) })),
  },
}

const read = <A>(settings: Settings.Settings<A>): Effect.Effect<Option.Option<A>> =>
  Effect.map(
    Effect.option(Settings.load(settings)),
    Option.map(({ value }) => value),
  )

/** Reads the settings of a process, each group by itself. */
export const readSettings = Effect.fnUntraced(function* (server: Server): Effect.fn.Return<CheckedSettings> {
  const group = groups[server]
  const database = yield* read<Option.Option.Value<CheckedSettings["database"]>>(group.database)
  const isEmbedded = Option.exists(database, ({ connection }) => Option.isNone(connection))
  const folder = yield* read(dataDirectory)
  const retention = yield* read(retentionSettings)
  return {
    server,
    database,
    queue: yield* read(group.queue),
    customer: group.customer === undefined ? Option.none() : yield* read(group.customer),
    dataDirectory: Option.filter(folder, () => isEmbedded),
    archiveDir: Option.flatMap(retention, ({ archiveDir }) => archiveDir),
  }
})

type Policy = Parameters<typeof describePolicy>[0]

/** What a process loads; the api has no retry policy. */
type Loading = Effect.Effect<Settings.Loaded<{ readonly policy?: Policy }>, Settings.SettingsInvalid>

/** What each process loads at its start. */
const loaders: Readonly<Record<Server, () => Promise<Loading>>> = {
  start: async () => loadWithFlow((await import("../gateway/Config.ts")).config, { shipped: shipped.config }),
  api: async () => {
    const { config } = await import("@lead-gateway/api")
    return Effect.map(loadSettings(config), (loaded) => ({ ...loaded, value: {} }))
  },
  worker: async () =>
    loadWithFlow((await import("@lead-gateway/worker")).config, { shipped: shipped.config }),
}

/** A finding for each diagnostic of the environment, of `.env` and of the configuration files. */
export const checkConfiguration = Effect.fnUntraced(function* (
  server: Server,
): Effect.fn.Return<ReadonlyArray<Finding>> {
  const load = yield* Effect.promise(loaders[server])
  const openAccess =
    server === "worker"
      ? Option.none()
      : Option.flatMap(yield* read(server === "api" ? apiSettings : embeddedApiSettings), openAccessWarning)
  return yield* Effect.match(load, {
    onSuccess: ({ summary, value, warnings }) => [
      ...warnings.map(nameFinding),
      ...Option.toArray(openAccess).map(accessFinding),
      ok("settings", `${Record.size(summary)} are valid`),
      ...(value.policy === undefined ? [] : [ok("retry policy", policyText(value.policy))]),
    ],
    onFailure: ({ diagnostics, warnings }) => [...diagnostics.map(findingOf), ...warnings.map(nameFinding)],
  })
})

const nameFinding = (line: string): Finding => warning("environment", line, misspeltAdvice)

/** The finding of an api that is open to everybody; what to do is behind the semicolon. */
const accessFinding = (line: string): Finding => {
  const [what = line, advice = ""] = line.split("; ")
  return warning("the api", what, advice)
}

/** Such as `default-1: 5 attempts, waits 30s, 1m, 2m, 4m, age unlimited; retried: 429, 500-599, no answer`. */
const policyText = (compiled: Policy): string => {
  const { attempts, max_age, policy, retried, waits } = describePolicy(compiled)
  return `${policy}: ${attempts} attempts, waits ${waits}, age ${max_age === "none" ? "unlimited" : `up to ${max_age}`}; retried: ${retried}`
}

/**
 * The finding of a diagnostic. `.env: API_PORT: "x" is invalid; use a whole number from 0 to 65535` has `.env` as `where`,
 * and the text after the semicolon as `advice`.
 */
export const findingOf = (line: string): Finding => {
  const [, place = "", rest = ""] = /^(.*?): (.*)$/s.exec(line) ?? []
  const isVariable = /^[A-Z][A-Z0-9_]*$/.test(place)
  const [, what, advice] = /^(.*); ((?:use|set|make) .*)$/s.exec(isVariable ? line : rest) ?? []
  return wrong(
    isVariable ? "environment" : place,
    what ?? (isVariable ? line : rest),
    advice ?? usualAdvice(isVariable, rest),
  )
}

const misspeltAdvice = "correct the name, or remove it"

/** The advice for a diagnostic without its own: of a value, of a misspelt name in `.env`, or of a configuration file. */
const usualAdvice = (isVariable: boolean, rest: string): string => {
  if (isVariable) return "set another value"
  return /^\S+ is not a setting[:;]/.test(rest) ? misspeltAdvice : "correct it there, or name another file"
}
