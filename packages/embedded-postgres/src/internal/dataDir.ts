/**
 * The layout of a data folder:
 *
 * ```
 * postgres/        the database's own files
 * password         the password of the superuser, one line; absent where the database belongs to a role of its own
 * role-password    the password of that role, one line
 * connection-url   the URL of the running server, while it runs: psql "$(cat connection-url)"
 * postgres.log     the log of the server; truncated at a start once it is larger than 1 MiB
 * owner.json       the lock, see ownerLock
 * postgres.new-*   a database that is being created; removed at the next start if it was interrupted
 * ```
 */
import { randomBytes } from "node:crypto"
import {
  access,
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
import { failWith, onDisk, unlessMissing } from "./failures.ts"
import type { RunAs } from "./programs.ts"

/** A data folder and the paths in it. */
export interface DataDir {
  /** The folder itself, absolute and free of symbolic links. */
  readonly root: string
  readonly cluster: string
  readonly password: string
  readonly rolePassword: string
  readonly connectionUrl: string
  readonly log: string
}

/** The prefix of the name of a database that is being created. */
export const unfinished = "postgres.new-"

const paths = (root: string): DataDir => ({
  root,
  cluster: join(root, "postgres"),
  password: join(root, "password"),
  rolePassword: join(root, "role-password"),
  connectionUrl: join(root, "connection-url"),
  log: join(root, "postgres.log"),
})

const ours =
  /^(postgres|(password|role-password|connection-url)(\.new)?|postgres\.log|owner\..+|postgres\.new-.+|probe-.+)$/

/** Names that do not make a folder foreign: files of the system, of file managers and of git. */
const ignored = /^(\..+|lost\+found)$/

/**
 * Opens a data folder, and creates it if it is missing, accessible to its owner alone. If root creates it, others may
 * traverse it but not read it, as the server's user must. Fails if the folder has files but no database of this package.
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
  const inCluster = yield* onDisk(wanted, () =>
    unlessMissing(readdir(paths(root).cluster), new Array<string>()),
  )
  const foreign =
    inCluster.length === 0
      ? names.filter((name) => !ours.test(name) && !ignored.test(name))
      : inCluster.includes("PG_VERSION")
        ? []
        : inCluster.map((name) => join("postgres", name))
  if (foreign.length === 0) return paths(root)
  return yield* failWith(new DataDirNotEmpty({ dataDir: root, names: foreign.slice(0, 3) }))
})

/** Whether a folder contains a database; creates nothing. */
export const hasDatabase = (path: string): Effect.Effect<boolean> =>
  Effect.promise(() =>
    access(join(paths(resolve(path)).cluster, "PG_VERSION")).then(
      () => true,
      () => false,
    ),
  )

/** The major version that created the database: `"18"`; undefined if there is none yet. */
export const clusterVersion = (dir: DataDir): Effect.Effect<string | undefined, EmbeddedPostgresError> =>
  onDisk(dir.root, () => unlessMissing(readFile(join(dir.cluster, "PG_VERSION"), "utf8"), undefined)).pipe(
    Effect.map((text) => text?.trim()),
  )

/** Removes what an interrupted first start left; files of an `initdb` that still runs are removed at the next start. */
export const removeUnfinished = (dir: DataDir): Effect.Effect<void> =>
  Effect.ignore(
    onDisk(dir.root, async () => {
      const names = await readdir(dir.root)
      const left = names.filter((name) => name.startsWith(unfinished) || name.startsWith("probe-"))
      for (const name of left) await rm(join(dir.root, name), { recursive: true, force: true, maxRetries: 5 })
    }),
  )

/** The password that is stored in this file; undefined if there is none. */
export const readPassword = (
  dir: DataDir,
  path: string,
): Effect.Effect<string | undefined, EmbeddedPostgresError> =>
  onDisk(dir.root, () => unlessMissing(readFile(path, "utf8"), undefined)).pipe(
    Effect.map((text) => (text === undefined || text.trim() === "" ? undefined : text.trim())),
  )

/** Writes a file that only its owner may read, atomically and durably. */
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

/** Stores a password in this file, readable by the server's user. */
export const storePassword = (
  dir: DataDir,
  path: string,
  password: string,
  owner: RunAs,
): Effect.Effect<void, EmbeddedPostgresError> => writePrivately(dir, path, `${password}\n`, owner)

/** Syncs the folder's entries to disk, so that a rename in it survives a power failure. */
export const syncFolder = (dir: DataDir): Effect.Effect<void, EmbeddedPostgresError> =>
  onDisk(dir.root, async () => {
    await using folder = await open(dir.root, "r")
    await folder.sync()
  })
