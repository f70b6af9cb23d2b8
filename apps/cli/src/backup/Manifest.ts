/** What a backup is and what it holds: a JSON file beside the dump, written last. A dump without one is no backup. */
import { DateTime, Schema } from "effect"
import { open, readdir, readFile, rename, rm, stat } from "node:fs/promises"
import { basename, dirname, join, resolve } from "node:path"
import { BackupDamaged, BackupFailed } from "./BackupError.ts"

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

const pattern =
  /^lead-gateway-(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)(\d{3})Z(\.(dump|dump\.age|json)(\.partial)?)?$/

/** The time in the name of a backup's file; undefined for any other file. */
export const timeOf = (file: string): Date | undefined => {
  const parts = pattern.exec(file)
  if (parts === null) return undefined
  const [, year, month, day, hour, minute, second, ms] = parts
  const time = DateTime.make(`${year}-${month}-${day}T${hour}:${minute}:${second}.${ms}Z`)
  return time._tag === "Some" ? DateTime.toDateUtc(time.value) : undefined
}

/** Writes a file so that it is there whole or not at all, also after a crash. */
export const writeWhole = async (path: string, text: string, mode: number): Promise<void> => {
  const partial = `${path}.partial`
  try {
    const file = await open(partial, "w", mode)
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(partial, path)
    await syncFolder(dirname(path))
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  }
}

/** Makes sure that renamed files keep their names after a crash. */
export const syncFolder = async (path: string): Promise<void> => {
  const folder = await open(path, "r")
  try {
    await folder.sync()
  } finally {
    await folder.close()
  }
}

/** The backups of a folder, by their manifests, oldest first. */
export const backupsOf = async (folder: string): Promise<ReadonlyArray<string>> =>
  (await readdir(folder))
    .filter((file) => file.endsWith(".json") && timeOf(file) !== undefined)
    .map((file) => file.replace(/\.json$/, ""))
    .toSorted()

/** The manifest of a backup, and the path of its dump. Of a folder, the newest backup's. */
export const readManifest = async (
  path: string,
): Promise<{ readonly manifest: Manifest; readonly dump: string }> => {
  const file = await manifestPath(resolve(path))
  const text = await readFile(file, "utf8").catch((error: unknown) => {
    if (!(error instanceof Error && "code" in error && error.code === "ENOENT")) throw error
    throw new BackupDamaged({ message: `${file} is missing: the backup is incomplete` })
  })
  let manifest: Manifest
  try {
    manifest = Schema.decodeUnknownSync(Manifest)(JSON.parse(text))
  } catch {
    throw new BackupDamaged({ message: `${file} is no manifest of a backup` })
  }
  return { manifest, dump: join(dirname(file), basename(manifest.file.name)) }
}

const manifestPath = async (path: string): Promise<string> => {
  const isFolder = await stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  )
  if (!isFolder) return path.endsWith(".json") ? path : `${path.replace(/\.dump(\.age)?$/, "")}.json`
  const newest = (await backupsOf(path)).at(-1)
  if (newest === undefined) throw new BackupFailed({ message: `${path} holds no backup` })
  return join(path, `${newest}.json`)
}
