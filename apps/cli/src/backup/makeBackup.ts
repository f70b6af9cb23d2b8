/** Makes, checks and rotates a backup. Loaded by the command when it is run. */
import { oneLine } from "@lead-gateway/document-check"
import { LeadLedger, Migrations } from "@lead-gateway/lead-store"
import { Console, Duration, Effect, Layer } from "effect"
import packageJson from "../../package.json" with { type: "json" }
import { DatabaseMissing, operatorDatabase } from "../Database.ts"
import { terminal, withProgress } from "../Progress.ts"
import { shipped } from "../shipped.ts"
import { imbalances, type Snapshot, withSnapshot } from "./contents.ts"
import { poolOf } from "./drill.ts"
import { dump } from "./dump.ts"
import { type Manifest, nameAt } from "./Manifest.ts"
import { writeMetrics } from "./metricsFile.ts"
import { onDisk } from "./onDisk.ts"
import { openStore } from "./openStore.ts"
import { checkVersion, libpqEnvironment, postgresProgram } from "./postgresPrograms.ts"
import { rotate } from "./rotate.ts"

/** What to back up to, and which older backups are kept. */
export interface BackupOptions {
  /** A folder, which is created, or an `s3://` URL. */
  readonly to: string
  readonly recipients: ReadonlyArray<string>
  readonly keep: number | undefined
  readonly keepFor: Duration.Duration | undefined
  readonly metricsFile: string | undefined
  readonly pgBin: string | undefined
}

/**
 * Backs up the configured database, or the embedded one. The manifest is written last, so that a backup is whole or none; then
 * older ones are removed. A database whose ledger does not balance is backed up all the same, with a warning.
 */
export const makeBackup = Effect.fnUntraced(function* (options: BackupOptions) {
  const { connection } = yield* operatorDatabase({ createsDatabase: false })
  const states = yield* Migrations.status({ connection, directory: shipped.migrations })
  if (states.every(({ appliedAt }) => appliedAt === null)) {
    return yield* new DatabaseMissing({ message: "the database holds no leads: it was never migrated" })
  }
  const store = yield* openStore(options.to)
  const begin = performance.now()
  const pool = poolOf(connection)
  const dumped = (snapshot: Snapshot) =>
    withProgress("backing up, in bytes", terminal(), (progress) =>
      onDisk(async (signal) => {
        const version = await checkVersion(postgresProgram("pg_dump", options.pgBin), snapshot.server, signal)
        const name = nameAt(snapshot.takenAt)
        const file = await dump({
          store,
          name: `${name}.dump${options.recipients.length > 0 ? ".age" : ""}`,
          snapshot: snapshot.id,
          env: libpqEnvironment(connection),
          pgBin: options.pgBin,
          recipients: options.recipients,
          signal,
          progress,
        })
        return { file, name, version }
      }),
    )
  const { contents, snapshot, used } = yield* withSnapshot(dumped).pipe(
    Effect.provide(LeadLedger.layer.pipe(Layer.provideMerge(pool))),
  )
  const manifest: Manifest = {
    format: 1,
    name: used.name,
    taken_at: snapshot.takenAt.toISOString(),
    duration_ms: Math.round(performance.now() - begin),
    gateway: packageJson.version,
    postgres: snapshot.postgres,
    pg_dump: used.version,
    file: used.file,
    contents,
  }
  yield* onDisk(() => store.write(`${used.name}.json`, `${JSON.stringify(manifest, undefined, 2)}\n`))
  for (const line of imbalances(contents))
    yield* Console.error(`warning: the ledger does not balance: ${line}`)
  const now = new Date()
  const removed = yield* onDisk(() =>
    rotate(
      store,
      {
        keep: options.keep,
        since: options.keepFor && new Date(now.getTime() - Duration.toMillis(options.keepFor)),
      },
      now,
    ),
  )
  const { metricsFile } = options
  if (metricsFile !== undefined) yield* onDisk(() => writeMetrics(metricsFile, manifest))
  return { manifest, path: oneLine(store.pathOf(used.file.name)), removed }
})
