/** Every setting of every process; the README, `.env.example` and tests are generated from this list. */
import { Array } from "effect"
import { apiSettings } from "./ApiSettings.ts"
import { backupStoreSettings } from "./BackupStoreSettings.ts"
import { customerSettings } from "./CustomerSettings.ts"
import { databaseSettings } from "./DatabaseSettings.ts"
import { fileSettings } from "./FileSettings.ts"
import { metricsSettings } from "./MetricsSettings.ts"
import { dataDirectory, loggingSettings, processSettings } from "./ProcessSettings.ts"
import { queueSettings } from "./QueueSettings.ts"
import { readReplicaSettings } from "./ReadReplicaSettings.ts"
import { searchSettings } from "./SearchSettings.ts"
import type { Settings, Variable } from "./Settings.ts"
import { traceSettings } from "./TraceSettings.ts"
import { retentionSettings, workerSettings } from "./WorkerSettings.ts"

/** Settings that belong together. */
export interface SettingGroup {
  /** The heading in `.env.example`: the subject, and notes on the whole group. */
  readonly title: string
  readonly settings: ReadonlyArray<Settings<unknown>>
}

/**
 * The groups, in the order of the documentation. Add a new group here; a new setting of a group that is listed here needs
 * only `npx vitest run --update` in this package.
 */
export const settingGroups: ReadonlyArray<SettingGroup> = [
  {
    title:
      "Postgres: one URL, or its parts. With neither, `npm start` runs a Postgres of its own in DATA_DIR.",
    settings: [databaseSettings, readReplicaSettings, dataDirectory],
  },
  {
    title: "Webhooks and statistics. `npm start` listens on 127.0.0.1 by default.",
    settings: [apiSettings],
  },
  { title: "The customer's API", settings: [customerSettings] },
  {
    title:
      "The worker, retries and the customer's protection. By default attempts follow after 30, 60, 120 and 240 s.",
    settings: [workerSettings],
  },
  {
    title:
      "The queue: redis is the default of api and worker, database (Postgres itself) that of `npm start`.",
    settings: [queueSettings],
  },
  { title: "What to do with a lead", settings: [fileSettings] },
  { title: "Metrics and statistics, of api and worker", settings: [metricsSettings] },
  { title: "How leads are found", settings: [searchSettings] },
  { title: "How long leads are kept", settings: [retentionSettings] },
  { title: "The process", settings: [loggingSettings, processSettings] },
  {
    title:
      "Backups to a store of S3's kind, `lead-gateway backup --to s3://bucket/prefix`, by the variables of AWS. No app needs them.",
    settings: [backupStoreSettings],
  },
  { title: "Traces, by the variables of OpenTelemetry", settings: [traceSettings] },
]

/** Every variable, once. */
export const variables: ReadonlyArray<Variable> = Array.dedupeWith(
  settingGroups.flatMap(({ settings }) => settings.flatMap((one) => one.variables)),
  (a, b) => a.name === b.name,
)
