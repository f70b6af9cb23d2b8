/** What a backup is and what it holds: a JSON file beside the dump, written last. A dump without one is no backup. */
import { DateTime, Schema } from "effect"
import { basename } from "node:path"
import { BackupDamaged, BackupFailed } from "./BackupError.ts"
import type { BackupPlace, BackupStore } from "./BackupStore.ts"

const Count = Schema.Int

/** The accounts of the ledger. */
export const LedgerAccounts = Schema.Struct({
  received: Count,
  rejected: Count,
  delivered: Count,
  retrying: Count,
  parked: Count,
  permanently_failed: Count,
  in_flight: Count,
  stranded: Count,
  /** How many the accounts lack of received. */
  unaccounted: Count,
})
export type LedgerAccounts = typeof LedgerAccounts.Type

/** What is in a database at one moment. */
export const Contents = Schema.Struct({
  /** The newest migration. */
  schema_version: Schema.String,
  /** Every table, partitions counted with their parent; not those that Postgres keeps no log of. */
  tables: Schema.Record(Schema.String, Count),
  ledger: Schema.Struct({ counters: LedgerAccounts, rows: LedgerAccounts }),
})
export type Contents = typeof Contents.Type

export const Manifest = Schema.Struct({
  format: Schema.Literal(1),
  name: Schema.String,
  /** The moment that the backup shows. */
  taken_at: Schema.String,
  duration_ms: Count,
  gateway: Schema.String,
  postgres: Schema.String,
  pg_dump: Schema.String,
  file: Schema.Struct({
    name: Schema.String,
    bytes: Count,
    sha256: Schema.String,
    encryption: Schema.NullOr(Schema.Literal("age")),
  }),
  contents: Contents,
})
export type Manifest = typeof Manifest.Type

/** The name of a backup of this moment: `lead-gateway-20260121T103500123Z`. */
export const nameAt = (at: Date): string => `lead-gateway-${at.toISOString().replaceAll(/[-:.]/g, "")}`

const pattern = /^lead-gateway-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(\.(dump|dump\.age|json))?$/

/** The time in the name of a backup's file; undefined for any other file. */
export const timeOf = (file: string): Date | undefined => {
  const parts = pattern.exec(file)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, ms] = parts
  const time = DateTime.make(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
  return time._tag === "Some" ? DateTime.toDateUtc(time.value) : undefined
}

/** The backups of a store, by their manifests, oldest first. */
export const backupsOf = async (store: BackupStore): Promise<ReadonlyArray<string>> =>
  (await store.list())
    .filter((file) => file.endsWith(".json") && timeOf(file) !== undefined)
    .map((file) => file.replace(/\.json$/, ""))
    .toSorted()

/** The manifest of a backup; without a name, of the newest. */
export const readManifest = async ({ name, store }: BackupPlace, signal: AbortSignal): Promise<Manifest> => {
  const file = `${name ?? (await newestOf(store))}.json`
  if ((await store.sizeOf(file)) === undefined) {
    throw new BackupDamaged({ message: `${store.pathOf(file)} is missing: the backup is incomplete` })
  }
  const chunks: Array<Buffer> = []
  for await (const chunk of store.read(file, signal)) chunks.push(chunk)
  try {
    return Schema.decodeUnknownSync(Manifest)(JSON.parse(Buffer.concat(chunks).toString()))
  } catch {
    throw new BackupDamaged({ message: `${store.pathOf(file)} is no manifest of a backup` })
  }
}

const newestOf = async (store: BackupStore): Promise<string> => {
  const newest = (await backupsOf(store)).at(-1)
  if (newest === undefined) throw new BackupFailed({ message: `${store.pathOf("")} holds no backup` })
  return newest
}

/** The name of a dump in the store of its manifest: whatever a manifest says, it leads nowhere else. */
export const dumpOf = ({ file }: Manifest): string => basename(file.name)
