/**
 * As whom the server runs. An ordinary user runs it as himself; Postgres refuses root, so root needs another.
 *
 * In this order: the owner of a data folder that is not root's (so that he can start it without root later);
 * a user namespace in which root is called nobody (no other user is needed, the files stay root's); the owner
 * of the folder above; nobody. The first who can run the binaries and write in the data folder is taken.
 */
import { chown, lchown, mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { type EmbeddedPostgresError, RootRefused } from "../EmbeddedPostgresError.ts"
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
const inNamespace: RunAs = {
  name: "a user namespace",
  uid: 0,
  gid: 0,
  command: (file, args) => ({
    file: "unshare",
    args: ["-U", `--map-user=${nobody}`, `--map-group=${nobody}`, "--", file, ...args],
  }),
}

const candidates = async (dataDir: string, cluster: string): Promise<ReadonlyArray<RunAs>> => {
  const folder = await stat(cluster).catch(() => stat(dataDir))
  const above = await stat(dirname(dataDir))
  const ways = [
    ...(folder.uid === 0 ? [] : [asUser(folder.uid, folder.gid)]),
    inNamespace,
    ...(above.uid === 0 ? [] : [asUser(above.uid, above.gid)]),
    asUser(nobody, nobody),
  ]
  return ways.filter((way, index) => ways.findIndex((other) => other.name === way.name) === index)
}

const probeScript = `"$1" --version >/dev/null && : >"$2/probe"`

/** Why this way does not work, or undefined. */
const probe = Effect.fnUntraced(function* (way: RunAs, dataDir: string, bin: string) {
  const folder = yield* onDisk(dataDir, () => mkdtemp(join(dataDir, "probe-")))
  yield* onDisk(dataDir, () => chown(folder, way.uid, way.gid)).pipe(Effect.ignore)
  const command = way.command("sh", ["-c", probeScript, "sh", join(bin, "postgres"), folder])
  const finished = yield* run(command)
  yield* onDisk(dataDir, () => rm(folder, { recursive: true, force: true }))
  return finished.code === 0 ? undefined : `${way.name}: ${oneLine(finished.output) || "refused"}`
})

/** Decides as whom the server of this data folder runs. */
export const chooseRunAs = Effect.fnUntraced(function* (options: {
  readonly dataDir: string
  readonly cluster: string
  readonly bin: string
}): Effect.fn.Return<RunAs, EmbeddedPostgresError> {
  const { dataDir, cluster, bin } = options
  const uid = process.getuid?.() ?? 0
  if (uid !== 0) return myself(uid, process.getgid?.() ?? uid)
  const tried: Array<string> = []
  for (const way of yield* onDisk(dataDir, () => candidates(dataDir, cluster))) {
    const refused = yield* probe(way, dataDir, bin)
    if (refused === undefined) return way
    tried.push(refused)
  }
  return yield* failWith(new RootRefused({ tried }))
})

const chownAll = async (path: string, uid: number, gid: number): Promise<void> => {
  const entries = await readdir(path, { recursive: true, withFileTypes: true })
  for (const entry of entries) await lchown(join(entry.parentPath, entry.name), uid, gid)
  await chown(path, uid, gid)
}

/**
 * Makes the database's files belong to the user who serves them, as Postgres demands. Only root can; for
 * anybody else Postgres says what is wrong.
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
