import { createHash } from "node:crypto"
import { createReadStream } from "node:fs"
import { type FileHandle, open, rename, rm, stat } from "node:fs/promises"
import { basename, dirname } from "node:path"
import type { Readable } from "node:stream"
import { BackupDamaged } from "./BackupError.ts"
import { type Manifest, syncFolder } from "./Manifest.ts"
import { postgresClient, postgresProgram, withoutSecrets } from "./postgresPrograms.ts"
import { allOf, type Running, start, write } from "./Program.ts"

/** What to dump, and where to. */
export interface DumpOptions {
  /** The path of the file, which must not exist. */
  readonly path: string
  /** A snapshot that a session has exported and still holds. */
  readonly snapshot: string
  /** The environment by which libpq connects. */
  readonly env: NodeJS.ProcessEnv
  readonly pgBin: string | undefined
  /** Public keys of age: each of them can decrypt it. With none it is not encrypted. */
  readonly recipients: ReadonlyArray<string>
  readonly signal: AbortSignal
  readonly progress: (bytes: number) => void
}

/** A file of a backup, as the manifest has it. */
type DumpFile = Manifest["file"]

/**
 * Dumps the database of a snapshot to a file, which has its name only once it is whole, read again and on the disk.
 *
 * What `pg_dump` writes goes to `age` and to `pg_restore`, which reads all of it and writes nothing: a dump that cannot be read
 * back is a failed one. Nothing is on the disk that is not encrypted, where encryption is asked for.
 */
export const dump = async (options: DumpOptions): Promise<DumpFile> => {
  const partial = `${options.path}.partial`
  const file = await open(partial, "wx", 0o600)
  try {
    const { bytes, sha256 } = await pipe(options, file)
    await file.sync()
    if ((await hashOf(partial, options.signal)) !== sha256) {
      throw new BackupDamaged({ message: `${partial} is not what was written to it` })
    }
    await rename(partial, options.path)
    await syncFolder(dirname(options.path))
    return {
      name: basename(options.path),
      bytes,
      sha256,
      encryption: options.recipients.length > 0 ? "age" : null,
    }
  } catch (error) {
    await rm(partial, { force: true })
    throw error
  } finally {
    await file.close()
  }
}

const pipe = async (options: DumpOptions, file: FileHandle) => {
  const stop = new AbortController()
  const signal = AbortSignal.any([options.signal, stop.signal])
  const postgres = (name: "pg_dump" | "pg_restore", args: ReadonlyArray<string>, env: NodeJS.ProcessEnv) =>
    start({ program: postgresProgram(name, options.pgBin), args, env, from: postgresClient, signal })

  const dumping = postgres(
    "pg_dump",
    [
      "--format=custom",
      `--snapshot=${options.snapshot}`,
      // Postgres empties such tables after a crash, too.
      "--no-unlogged-table-data",
      "--lock-wait-timeout=60s",
      "--no-password",
    ],
    options.env,
  )
  dumping.stdin.end()
  const checking = postgres("pg_restore", ["--file=/dev/null"], withoutSecrets())
  checking.stdout.resume()
  const sealing = options.recipients.length === 0 ? undefined : encrypt(options.recipients, signal)

  const hash = createHash("sha256")
  let bytes = 0
  const toFile = async (chunk: Buffer) => {
    hash.update(chunk)
    bytes += chunk.length
    options.progress(bytes)
    await file.appendFile(chunk)
  }
  const reading = async () => {
    for await (const chunk of dumping.stdout as AsyncIterable<Buffer>) {
      await write(checking.stdin, chunk)
      await (sealing === undefined ? toFile(chunk) : write(sealing.stdin, chunk))
    }
    sealing?.stdin.end()
    // A reader that was cut off must not look like one that has read all.
    await dumping.ended
    checking.stdin.end()
  }
  const writing = async () => {
    if (sealing === undefined) return
    for await (const chunk of sealing.stdout as AsyncIterable<Buffer>) await toFile(chunk)
  }
  await allOf(stop, [reading(), writing(), dumping.ended, ...(sealing === undefined ? [] : [sealing.ended])])
  // A dump that is cut off fails this too, so it is asked last.
  await checking.ended
  return { bytes, sha256: hash.digest("hex") }
}

const encrypt = (recipients: ReadonlyArray<string>, signal: AbortSignal): Running =>
  start({
    program: "age",
    args: ["--encrypt", ...recipients.flatMap((recipient) => ["--recipient", recipient])],
    env: withoutSecrets(),
    from: "age",
    signal,
  })

/** The SHA-256 of a file. */
const hashOf = async (path: string, signal: AbortSignal): Promise<string> => {
  const hash = createHash("sha256")
  const stream: Readable = createReadStream(path, { signal })
  for await (const chunk of stream) hash.update(chunk as Buffer)
  return hash.digest("hex")
}

/** Fails unless a file is the one that the manifest describes. */
export const checkFile = async (path: string, { bytes, sha256 }: DumpFile, signal: AbortSignal) => {
  const found = await stat(path).catch(() => undefined)
  if (found === undefined) throw new BackupDamaged({ message: `${path} is missing` })
  if (found.size !== bytes) {
    throw new BackupDamaged({ message: `${path} has ${found.size} bytes, not the ${bytes} of its manifest` })
  }
  if ((await hashOf(path, signal)) !== sha256) {
    throw new BackupDamaged({ message: `${path} does not have the SHA-256 of its manifest` })
  }
}
