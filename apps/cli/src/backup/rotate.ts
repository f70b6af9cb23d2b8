import type { BackupStore } from "./BackupStore.ts"
import { backupsOf, timeOf } from "./Manifest.ts"

/** Which backups are kept. */
export interface Rotation {
  /** How many, the newest first; all unless given. */
  readonly keep: number | undefined
  /** Those that were taken at or after this moment; all unless given. */
  readonly since: Date | undefined
}

/** The names, oldest first, that a rotation removes: all beyond `keep`, and those too old. The newest is always kept. */
export const outdated = (names: ReadonlyArray<string>, { keep, since }: Rotation): ReadonlyArray<string> =>
  names.filter((name, index) => {
    const newer = names.length - 1 - index
    if (newer === 0) return false
    return (keep !== undefined && newer >= keep) || (since !== undefined && (timeOf(name) ?? since) < since)
  })

/** How long the remains of a backup that failed are kept: another process may be writing them. */
const remainsMs = 24 * 3_600_000

/**
 * Removes backups that are outdated, and remains of backups that failed a day ago; returns the names of the former. Files of
 * other names are never touched. The manifest goes first, so that what is left after a crash is no backup.
 */
export const rotate = async (
  store: BackupStore,
  rotation: Rotation,
  now: Date,
): Promise<ReadonlyArray<string>> => {
  const backups = await backupsOf(store)
  const removed = outdated(backups, rotation)
  for (const name of removed) {
    for (const ending of [".json", ".dump", ".dump.age"]) await store.remove(name + ending)
  }
  const isLongAgo = (file: string) => {
    const taken = timeOf(file)
    return taken !== undefined && now.getTime() - taken.getTime() > remainsMs
  }
  for (const file of await store.list()) {
    const isWhole = backups.some((name) => file === `${name}.json` || file.startsWith(`${name}.dump`))
    if (/\.(dump|dump\.age)$/.test(file) && !isWhole && isLongAgo(file)) await store.remove(file)
  }
  await store.removeUnfinished(isLongAgo)
  return removed
}
