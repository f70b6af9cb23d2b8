/** Makes, checks and rotates a backup. Loaded by the command when it is run. */
import { oneLine } from "@lead-gateway/document-check"
import { LeadLedger, Migrations } from "@lead-gateway/lead-store"
import { Console, Duration, Effect, Layer } from "effect"
import { mkdir } from "node:fs/promises"
import { join, resolve } from "node:path"
import packageJson from "../../package.json" with { type: "json" }
import { DatabaseMissing, operatorDatabase } from "../Database.ts"
import { terminal, withProgress } from "../Progress.ts"
import { shipped } from "../shipped.ts"
import { asBackupError } from "./BackupError.ts"
import { imbalances, type Snapshot, withSnapshot } from "./contents.ts"
import { poolOf } from "./drill.ts"
import { dump } from "./dump.ts"
import { type Manifest, nameAt, writeWhole } from "./Manifest.ts"
import { writeMetrics } from "./metricsFile.ts"
import { checkVersion, libpqEnvironment, postgresProgram } from "./postgresPrograms.ts"
import { rotate } from "./rotate.ts"

/** What to back up to, and which older backups are kept. */
export interface BackupOptions {
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
  const folder = resolve(options.to)
  const begin = performance.now()
  yield* onDisk(() => mkdir(folder, { recursive: true, mode: 0o700 }))
  const pool = poolOf(connection)
  const dumped = (snapshot: Snapshot) =>
    withProgress("backing up, in bytes", terminal(), (progress) =>
      onDisk(async (signal) => {
        const version = await checkVersion(postgresProgram("pg_dump", options.pgBin), snapshot.server, signal)
        const name = nameAt(snapshot.takenAt)
        const file = await dump({
          path: join(folder, `${name}.dump${options.recipients.length > 0 ? ".age" : ""}`),
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
  const path = join(folder, `${used.name}.json`)
  yield* onDisk(() => writeWhole(path, `${JSON.stringify(manifest, undefined, 2)}\n`, 0o600))
  for (const line of imbalances(contents))
    yield* Console.error(`warning: the ledger does not balance: ${line}`)
  const now = new Date()
  const removed = yield* onDisk(() =>
    rotate(
      folder,
      {
        keep: options.keep,
        since: options.keepFor && new Date(now.getTime() - Duration.toMillis(options.keepFor)),
      },
      now,
    ),
  )
  const { metricsFile } = options
  if (metricsFile !== undefined) yield* onDisk(() => writeMetrics(metricsFile, manifest))
  return { manifest, path: oneLine(join(folder, used.file.name)), removed }
})

/** Work with files and programs, which is stopped when the command is interrupted, and cleans up before that ends. */
export const onDisk = <A>(work: (signal: AbortSignal) => Promise<A>) =>
  Effect.suspend(() => {
    const stop = new AbortController()
    let running: Promise<A> | undefined
    return Effect.tryPromise({
      try: () => (running = work(stop.signal)),
      catch: asBackupError,
    }).pipe(
      Effect.onInterrupt(() =>
        Effect.promise(async () => {
          stop.abort()
          await running?.catch(() => undefined)
        }),
      ),
    )
  })
