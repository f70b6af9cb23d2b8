import { createHash } from "node:crypto"
import { BackupDamaged } from "./BackupError.ts"
import { type BackupStore, hashOf, type NewFile } from "./BackupStore.ts"
import { dumpOf, type Manifest } from "./Manifest.ts"
import { postgresClient, postgresProgram, withoutSecrets } from "./postgresPrograms.ts"
import { allOf, type Running, start, write } from "./Program.ts"

/** What to dump, and where to. */
export interface DumpOptions {
  readonly store: BackupStore
  /** The name of the file, which must not exist. */
  readonly name: string
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
 * Dumps the database of a snapshot to a file, which has its name only once it is whole, stored and read again.
 *
 * What `pg_dump` writes goes to `age` and to `pg_restore`, which reads all of it and writes nothing: a dump that cannot be read
 * back is a failed one. Nothing is stored that is not encrypted, where encryption is asked for.
 */
export const dump = async (options: DumpOptions): Promise<DumpFile> => {
  const file = await options.store.create(options.name, options.signal)
  try {
    const { bytes, sha256 } = await pipe(options, file)
    await file.finish(sha256)
    return {
      name: options.name,
      bytes,
      sha256,
      encryption: options.recipients.length > 0 ? "age" : null,
    }
  } catch (error) {
    // What went wrong first is what is reported.
    await file.discard().catch(() => undefined)
    throw error
  }
}

const pipe = async (options: DumpOptions, file: NewFile) => {
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
    await file.append(chunk)
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

/** Fails unless a file is the one that the manifest describes. */
export const checkFile = async (
  store: BackupStore,
  manifest: Manifest,
  signal: AbortSignal,
): Promise<void> => {
  const { bytes, sha256 } = manifest.file
  const path = store.pathOf(dumpOf(manifest))
  const size = await store.sizeOf(dumpOf(manifest))
  if (size === undefined) throw new BackupDamaged({ message: `${path} is missing` })
  if (size !== bytes) {
    throw new BackupDamaged({ message: `${path} has ${size} bytes, not the ${bytes} of its manifest` })
  }
  if ((await hashOf(store.read(dumpOf(manifest), signal))) !== sha256) {
    throw new BackupDamaged({ message: `${path} does not have the SHA-256 of its manifest` })
  }
}
