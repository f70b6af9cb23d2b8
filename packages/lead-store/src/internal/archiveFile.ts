import { Data, Effect, Exit } from "effect"
import { createWriteStream } from "node:fs"
import { mkdir, open, readdir, rename, rm, stat } from "node:fs/promises"
import { join } from "node:path"
import { pipeline } from "node:stream/promises"
import { createGzip, type Gzip } from "node:zlib"

/** Leads could not be archived, since the disk is full or the folder cannot be written, say. None was removed. */
export class ArchiveFailed extends Data.TaggedError("ArchiveFailed")<{
  readonly folder: string
  /** The error code of the system, such as `ENOSPC`. */
  readonly code: string
}> {
  override get message(): string {
    const reasons: Readonly<Record<string, string>> = {
      ENOSPC: "the disk is full",
      EDQUOT: "the disk quota is used up",
      EACCES: "not allowed to write there",
      EPERM: "not allowed to write there",
      EROFS: "it cannot be written to",
      ENOTDIR: "it is no folder",
      EEXIST: "it is no folder",
    }
    return `cannot archive leads in ${this.folder}: ${reasons[this.code] ?? this.code}; none of them was removed`
  }
}

/** A file that is being written. */
interface OpenFile {
  readonly gzip: Gzip
  /** Resolves when all data is on disk and the file is closed. */
  readonly written: Promise<void>
  /** Fails the current write. */
  giveUp: (error: Error) => void
  /** Why nothing more can be written. */
  failure: Error | undefined
}

/**
 * Writes a compressed file into a folder, which is created if missing. `use` gets a function that writes; calls must not
 * overlap. The file gets its name when it is complete and on disk; a failure before that leaves no file. Only the user
 * that writes it may read it: it holds personal data.
 */
export const writeArchiveFile = <A, E, R>(
  folder: string,
  name: string,
  use: (write: (bytes: Uint8Array) => Effect.Effect<void, ArchiveFailed>) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | ArchiveFailed, R> => {
  const unfinished = join(folder, unfinishedName(name))
  const onDisk = <B>(run: () => Promise<B>) => attempt(folder, run)

  const begin = onDisk(async (): Promise<OpenFile> => {
    await mkdir(folder, { recursive: true, mode: 0o700 })
    const gzip = createGzip()
    const written = pipeline(gzip, createWriteStream(unfinished, { flags: "wx", mode: 0o600, flush: true }))
    const file: OpenFile = { gzip, written, giveUp: () => {}, failure: undefined }
    written.catch((error: Error) => {
      file.failure = error
      file.giveUp(error)
    })
    return file
  })

  // The error of the file has the cause; that of a write says at most that the stream has ended. All writes share one
  // listener: a listener for each would keep its data in memory while the file is open.
  const write = (file: OpenFile) => (bytes: Uint8Array) =>
    onDisk(
      () =>
        new Promise<void>((resolve, reject) => {
          if (file.failure !== undefined) return reject(file.failure)
          file.giveUp = reject
          file.gzip.write(bytes, (error) => {
            if (!error) resolve()
          })
        }),
    )

  const finish = ({ gzip, written }: OpenFile) =>
    onDisk(async () => {
      gzip.end()
      await written
      await rename(unfinished, join(folder, name))
      await syncFolder(folder)
    })

  const close = ({ gzip, written }: OpenFile, exit: Exit.Exit<unknown, unknown>) =>
    Effect.promise(async () => {
      gzip.destroy()
      await written.catch(() => {})
      if (Exit.isFailure(exit)) await rm(unfinished, { force: true }).catch(() => {})
    })

  return Effect.acquireUseRelease(begin, (file) => Effect.tap(use(write(file)), () => finish(file)), close)
}

/** A rename survives a power failure only after its folder is synced to disk. */
const syncFolder = async (folder: string): Promise<void> => {
  const handle = await open(folder, "r")
  try {
    await handle.sync()
  } finally {
    await handle.close()
  }
}

/** Removes unfinished files of dead processes, a day after their last write. Their leads are still in the database. */
export const removeUnfinished = (folder: string): Effect.Effect<void, ArchiveFailed> =>
  attempt(folder, async () => {
    const names = await readdir(folder).catch((error: NodeJS.ErrnoException) => {
      if (error.code === "ENOENT") return []
      throw error
    })
    for (const name of names.filter(isUnfinished)) {
      const path = join(folder, name)
      if (Date.now() - (await stat(path)).mtimeMs > 24 * 3600 * 1000) await rm(path, { force: true })
    }
  })

const attempt = <A>(folder: string, run: () => Promise<A>): Effect.Effect<A, ArchiveFailed> =>
  Effect.tryPromise({
    try: run,
    catch: (error) =>
      new ArchiveFailed({ folder, code: (error as NodeJS.ErrnoException).code ?? String(error) }),
  })

/** The name of a file while it is written. */
const unfinishedName = (name: string): string => `.${name}.unfinished`

/** Whether a file has the name of an unfinished one. */
const isUnfinished = (name: string): boolean => /^\.lead_p.*\.ndjson\.gz\.unfinished$/.test(name)
