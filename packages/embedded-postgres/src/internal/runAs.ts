/**
 * The user that the server runs as. An ordinary user runs it directly; Postgres refuses root, so root needs another user.
 *
 * For root, in this order: the owner of a data folder that is not root's (so that he can start it without root
 * later); a user namespace in which root is called nobody (no other user is needed, the files stay root's); the
 * owner of the folder above; nobody. The first who can run the binaries and write in the data folder is taken.
 *
 * To create a database, Postgres wants the user to have a name in `/etc/passwd`. In a container started with
 * any user id there is none; there, too, a user namespace helps.
 */
import { chown, lchown, mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { userInfo } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { type EmbeddedPostgresError, UserRefused } from "../EmbeddedPostgresError.ts"
import { failWith, oneLine, onDisk } from "./fault.ts"
import { type Command, run } from "./run.ts"

/** The user called nobody, on Debian, Alpine, Red Hat and macOS (there as -2). */
const nobody = 65534

/** A way to run a program of Postgres. */
export interface RunAs {
  /** For people: `"uid 1000"`. */
  readonly name: string
  /** The owner that files of the database have, seen from here. */
  readonly uid: number
  readonly gid: number
  readonly command: (file: string, args: ReadonlyArray<string>) => Command
}

const myself = (uid: number, gid: number): RunAs => ({
  name: `uid ${uid}`,
  uid,
  gid,
  command: (file, args) => ({ file, args }),
})

const asUser = (uid: number, gid: number): RunAs => ({
  name: `uid ${uid}`,
  uid,
  gid,
  command: (file, args) => ({ file, args, uid, gid }),
})

/** `unshare` becomes the program itself: no process of its own stays in between. */
const inNamespace = (uid: number, gid: number): RunAs => ({
  name: "a user namespace",
  uid,
  gid,
  command: (file, args) => ({
    file: "unshare",
    args: ["-U", `--map-user=${nobody}`, `--map-group=${nobody}`, "--", file, ...args],
  }),
})

const waysOfRoot = async (dataDir: string, cluster: string): Promise<ReadonlyArray<RunAs>> => {
  const folder = await stat(cluster).catch(() => stat(dataDir))
  const above = await stat(dirname(dataDir))
  const ways = [
    ...(folder.uid === 0 ? [] : [asUser(folder.uid, folder.gid)]),
    inNamespace(0, 0),
    ...(above.uid === 0 ? [] : [asUser(above.uid, above.gid)]),
    asUser(nobody, nobody),
  ]
  return ways.filter((way, index) => ways.findIndex((other) => other.name === way.name) === index)
}

const hasName = (): boolean => {
  try {
    return userInfo().username !== ""
  } catch {
    return false
  }
}

const namelessMessage = "has no name in /etc/passwd"

const probeScript = `
"$1" --version >/dev/null && : >"$2/probe" || exit 1
[ "$3" = any ] || id -un >/dev/null 2>&1 || { echo "${namelessMessage}"; exit 1; }
`

/** Why this way does not work, or undefined. */
const probe = Effect.fnUntraced(function* (way: RunAs, task: Task) {
  const { dataDir, bin, createsDatabase } = task
  const folder = yield* onDisk(dataDir, () => mkdtemp(join(dataDir, "probe-")))
  yield* onDisk(dataDir, () => chown(folder, way.uid, way.gid)).pipe(Effect.ignore)
  const args = ["-c", probeScript, "sh", join(bin, "postgres"), folder, createsDatabase ? "named" : "any"]
  // By way of a shell, as the watchdog does it: some shells have an `unshare` of their own.
  const { file, args: rest, ...user } = way.command("sh", args)
  const finished = yield* run({ file: "sh", args: ["-c", '"$@"', "sh", file, ...rest], ...user })
  yield* onDisk(dataDir, () => rm(folder, { recursive: true, force: true }))
  return finished.code === 0 ? undefined : `${way.name}: ${oneLine(finished.output) || "refused"}`
})

interface Task {
  readonly dataDir: string
  readonly cluster: string
  readonly bin: string
  /** Or changes it without a running server. */
  readonly createsDatabase: boolean
}

/** Decides which user the server of this data folder runs as. */
export const chooseRunAs = Effect.fnUntraced(function* (
  task: Task,
): Effect.fn.Return<RunAs, EmbeddedPostgresError> {
  const uid = process.getuid?.() ?? 0
  const gid = process.getgid?.() ?? uid
  if (uid !== 0 && (!task.createsDatabase || hasName())) return myself(uid, gid)
  const tried = [uid === 0 ? "root: PostgreSQL refuses it" : `uid ${uid}: ${namelessMessage}`]
  const ways =
    uid === 0
      ? yield* onDisk(task.dataDir, () => waysOfRoot(task.dataDir, task.cluster))
      : [inNamespace(uid, gid)]
  for (const way of ways) {
    const refused = yield* probe(way, task)
    if (refused === undefined) return way
    tried.push(refused)
  }
  return yield* failWith(new UserRefused({ tried }))
})

const chownAll = async (path: string, uid: number, gid: number): Promise<void> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), uid, gid)
  await chown(path, uid, gid)
}

/**
 * Makes the server's user the owner of the database's files, as Postgres requires. Only root can do that; for any other
 * user Postgres reports what is wrong.
 */
export const giveTo = (
  way: RunAs,
  path: string,
  dataDir: string,
): Effect.Effect<void, EmbeddedPostgresError> =>
  onDisk(dataDir, async () => {
    if (process.getuid?.() !== 0) return
    const now = await stat(path)
    if (now.uid !== way.uid) await chownAll(path, way.uid, way.gid)
  })
