import { readdir, rm } from "node:fs/promises"
import { join } from "node:path"
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
  folder: string,
  rotation: Rotation,
  now: Date,
): Promise<ReadonlyArray<string>> => {
  const backups = await backupsOf(folder)
  const removed = outdated(backups, rotation)
  for (const name of removed) {
    for (const ending of [".json", ".dump", ".dump.age"])
      await rm(join(folder, name + ending), { force: true })
  }
  for (const file of await readdir(folder)) {
    const taken = timeOf(file)
    const isWhole = backups.some((name) => file === `${name}.json` || file.startsWith(`${name}.dump`))
    const isRemains =
      /\.(dump|dump\.age|json)(\.partial)?$/.test(file) && (!isWhole || file.endsWith(".partial"))
    if (taken !== undefined && isRemains && now.getTime() - taken.getTime() > remainsMs) {
      await rm(join(folder, file), { force: true })
    }
  }
  return removed
}
