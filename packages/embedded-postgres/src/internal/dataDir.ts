/**
 * The layout of a data folder:
 *
 * ```
 * postgres/        the database's own files
 * password         the password of its user, one line
 * connection-url   the URL of the running server, while it runs: psql "$(cat connection-url)"
 * postgres.log     what the server says; started anew once it is larger than 1 MiB
 * owner.json       the lock, see ownerLock
 * postgres.new-*   a database in the making; left over by a kill -9 and then removed
 * ```
 */
import { randomBytes } from "node:crypto"
import {
  chmod,
  chown,
  mkdir,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  writeFile,
} from "node:fs/promises"
import { join, resolve } from "node:path"
import { Effect } from "effect"
import { DataDirNotEmpty, type EmbeddedPostgresError } from "../EmbeddedPostgresError.ts"
import { errorCode, failWith, onDisk } from "./fault.ts"
import type { RunAs } from "./runAs.ts"

export interface DataDir {
  /** The folder itself, absolute and free of symbolic links. */
  readonly root: string
  readonly cluster: string
  readonly password: string
  readonly connectionUrl: string
  readonly log: string
}

/** The beginning of the name of a database in the making. */
export const unfinished = "postgres.new-"

const paths = (root: string): DataDir => ({
  root,
  cluster: join(root, "postgres"),
  password: join(root, "password"),
  connectionUrl: join(root, "connection-url"),
  log: join(root, "postgres.log"),
})

const ours =
  /^(postgres|(password|connection-url)(\.new)?|postgres\.log|owner\..+|postgres\.new-.+|probe-.+)$/

/** Names that any folder may have: what the system, a file manager or git puts there. */
const harmless = /^(\..+|lost\+found)$/

const unlessMissing = <A>(use: Promise<A>, missing: A): Promise<A> =>
  use.catch((error: unknown) => {
    if (errorCode(error) === "ENOENT") return missing
    throw error
  })

/**
 * Makes the folder where it is missing, for its owner alone. Made by root, others may pass through it (not
 * read it): the server's user has to. Fails when the folder holds files but no database of ours.
 */
export const openDataDir = Effect.fnUntraced(function* (
  path: string,
): Effect.fn.Return<DataDir, EmbeddedPostgresError> {
  const wanted = resolve(path)
  const root = yield* onDisk(wanted, async () => {
    const made = await mkdir(wanted, { recursive: true })
    if (made !== undefined) await chmod(wanted, process.getuid?.() === 0 ? 0o711 : 0o700)
    return realpath(wanted)
  })
  const names = yield* onDisk(wanted, () => readdir(root))
  const inCluster = yield* onDisk(wanted, () => unlessMissing(readdir(paths(root).cluster), []))
  const foreign =
    inCluster.length === 0
      ? names.filter((name) => !ours.test(name) && !harmless.test(name))
      : inCluster.includes("PG_VERSION")
        ? []
        : inCluster.map((name) => join("postgres", name))
  if (foreign.length === 0) return paths(root)
  return yield* failWith(new DataDirNotEmpty({ dataDir: root, found: foreign.slice(0, 3) }))
})

/** The major version that wrote the database: `"18"`. Undefined: there is none yet. */
export const clusterVersion = (dir: DataDir): Effect.Effect<string | undefined, EmbeddedPostgresError> =>
  onDisk(dir.root, () =>
    unlessMissing<string | undefined>(readFile(join(dir.cluster, "PG_VERSION"), "utf8"), undefined),
  ).pipe(Effect.map((text) => text?.trim()))

/** Removes the remains of a first start that was killed; those that an `initdb` still writes to stay until the next start. */
export const removeUnfinished = (dir: DataDir): Effect.Effect<void> =>
  Effect.ignore(
    onDisk(dir.root, async () => {
      const names = await readdir(dir.root)
      const left = names.filter((name) => name.startsWith(unfinished) || name.startsWith("probe-"))
      for (const name of left) await rm(join(dir.root, name), { recursive: true, force: true, maxRetries: 5 })
    }),
  )

/** The password that is kept, if any. */
export const readPassword = (dir: DataDir): Effect.Effect<string | undefined, EmbeddedPostgresError> =>
  onDisk(dir.root, () => unlessMissing<string | undefined>(readFile(dir.password, "utf8"), undefined)).pipe(
    Effect.map((text) => (text === undefined || text.trim() === "" ? undefined : text.trim())),
  )

/** Writes a file that only its owner may read: atomically and durably. */
export const writePrivately = (
  dir: DataDir,
  path: string,
  text: string,
  owner?: RunAs,
): Effect.Effect<void, EmbeddedPostgresError> =>
  onDisk(dir.root, async () => {
    const draft = `${path}.new`
    await rm(draft, { force: true })
    await writeFile(draft, text, { mode: 0o600, flag: "wx", flush: true })
    if (owner !== undefined && process.getuid?.() === 0) await chown(draft, owner.uid, owner.gid)
    await rename(draft, path)
  })

/** A new password: 192 random bits as 32 characters that need no escape in a URL or in SQL. */
export const newPassword = (): string => randomBytes(24).toString("base64url")

/** Keeps the password, for its owner and for the user who runs the server. */
export const keepPassword = (
  dir: DataDir,
  password: string,
  owner: RunAs,
): Effect.Effect<void, EmbeddedPostgresError> => writePrivately(dir, dir.password, `${password}\n`, owner)

/** Writes a folder's entries to the disk itself, so that a rename in it outlives a power cut. */
export const syncFolder = (dir: DataDir): Effect.Effect<void, EmbeddedPostgresError> =>
  onDisk(dir.root, async () => {
    await using folder = await open(dir.root, "r")
    await folder.sync()
  })
