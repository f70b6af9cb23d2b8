/** Restores a backup and compares what came of it. Loaded by the command when it is run. */
import { LeadLedger, maintainPartitions, Migrations } from "@lead-gateway/lead-store"
import { Effect, Layer } from "effect"
import { operatorDatabase } from "../Database.ts"
import { terminal, withProgress } from "../Progress.ts"
import { shipped } from "../shipped.ts"
import { BackupFailed, RestoreDiffers } from "./BackupError.ts"
import type { BackupStore } from "./BackupStore.ts"
import { countContents, differences, imbalances } from "./contents.ts"
import { poolOf, scratchDatabase } from "./drill.ts"
import { checkFile } from "./dump.ts"
import { type Manifest, readManifest } from "./Manifest.ts"
import { onDisk } from "./onDisk.ts"
import { openPlace } from "./openStore.ts"
import { type Address, libpqEnvironment } from "./postgresPrograms.ts"
import { prepareForLeads, requireEmpty, restore } from "./restore.ts"

/** What to restore, and how. */
export interface RestoreBackupOptions {
  /** A backup's file, or a folder or an `s3://` prefix, whose newest backup is restored. */
  readonly path: string
  readonly identity: string | undefined
  readonly pgBin: string | undefined
  /** Into a database that is made for it and dropped afterwards. */
  readonly drill: boolean
  /** How many ids of leads are left out. */
  readonly skipIds: number
}

/** What was restored. */
export interface Restored {
  readonly manifest: Manifest
  readonly durationMs: number
  /** Migrations that this version has and the backup lacks. */
  readonly missingMigrations: ReadonlyArray<string>
}

/**
 * Checks a backup's files, restores it into an empty database in one transaction, and compares every table's rows and the ledger
 * with the manifest. Fails with `BackupDamaged` or `DatabaseNotEmpty` before anything is changed, with `BackupFailed` and an
 * empty database, or with `RestoreDiffers`.
 */
export const restoreBackup = Effect.fnUntraced(function* (options: RestoreBackupOptions) {
  const begin = performance.now()
  const place = yield* openPlace(options.path)
  const manifest = yield* onDisk((signal) => readManifest(place, signal))
  yield* withProgress("checking the backup", terminal(), () =>
    onDisk((signal) => checkFile(place.store, manifest, signal)),
  )
  const { connection: configured } = yield* operatorDatabase({ createsDatabase: true })
  const connection: Address = options.drill ? yield* scratchDatabase(configured) : configured
  yield* into(connection, place.store, manifest, options)
  const states = yield* Migrations.status({ connection, directory: shipped.migrations })
  const fit = Migrations.schemaFit(states)
  return {
    manifest,
    durationMs: Math.round(performance.now() - begin),
    missingMigrations: fit._tag === "Behind" ? fit.missing : [],
  } satisfies Restored
}, Effect.scoped)

const into = (
  connection: Address,
  store: BackupStore,
  manifest: Manifest,
  { drill, identity, pgBin, skipIds }: RestoreBackupOptions,
) =>
  Effect.gen(function* () {
    yield* requireEmpty
    yield* withProgress("restoring", terminal(), (progress) =>
      onDisk((signal) =>
        restore({
          manifest,
          store,
          identity,
          env: libpqEnvironment(connection),
          pgBin,
          signal,
          progress: (bytes) => progress(bytes, manifest.file.bytes),
        }),
      ),
    )
    const contents = yield* withProgress("comparing", terminal(), () =>
      countContents.pipe(
        Effect.catchTag("SqlError", () =>
          Effect.fail(
            new BackupFailed({ message: "the restored database has no leads: this is another's backup" }),
          ),
        ),
      ),
    )
    const found = differences(manifest.contents, contents)
    if (found.length > 0) return yield* new RestoreDiffers({ differences: found })
    const unbalanced = imbalances(contents)
    if (unbalanced.length > 0)
      yield* Effect.logWarning(`the backup's ledger did not balance: ${unbalanced.join("; ")}`)
    if (drill) return
    yield* prepareForLeads(skipIds)
    yield* maintainPartitions
  }).pipe(Effect.provide(LeadLedger.layer.pipe(Layer.provideMerge(poolOf(connection)))))
