/**
 * Where backups are: a folder, or a part of a bucket. A file in it is there whole or not at all.
 *
 * Used by `backup`, `restore` and the rotation. A store knows files and nothing of manifests.
 */
import { createHash } from "node:crypto"

/** A file that is being written. */
export interface NewFile {
  readonly append: (chunk: Buffer) => Promise<void>
  /**
   * Gives it its name, once all is stored and, read again, has this SHA-256; fails with `BackupDamaged` else. The file is not there
   * after a failure.
   */
  readonly finish: (sha256: string) => Promise<void>
  /** Removes what is there of it. */
  readonly discard: () => Promise<void>
}

/** The files of backups in one place. */
export interface BackupStore {
  /** The path or the URL of a file, for people. */
  readonly pathOf: (file: string) => string
  /** The names of the files. */
  readonly list: () => Promise<ReadonlyArray<string>>
  /** The size in bytes; undefined where there is no such file. */
  readonly sizeOf: (file: string) => Promise<number | undefined>
  readonly read: (file: string, signal: AbortSignal) => AsyncIterable<Buffer>
  readonly create: (file: string, signal: AbortSignal) => Promise<NewFile>
  /** Writes a small file, also over one of that name. */
  readonly write: (file: string, text: string) => Promise<void>
  /** Removes a file, if it is there. */
  readonly remove: (file: string) => Promise<void>
  /** Removes files whose writers never came to an end, if their names are outdated. */
  readonly removeUnfinished: (isOutdated: (file: string) => boolean) => Promise<void>
}

/** A backup in a store, or the newest one of it. */
export interface BackupPlace {
  readonly store: BackupStore
  readonly name: string | undefined
}

/** The SHA-256 of a file of a store. */
export const hashOf = async (chunks: AsyncIterable<Buffer>): Promise<string> => {
  const hash = createHash("sha256")
  for await (const chunk of chunks) hash.update(chunk)
  return hash.digest("hex")
}
