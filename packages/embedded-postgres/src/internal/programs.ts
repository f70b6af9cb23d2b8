/**
 * Runs programs of Postgres, and chooses the user that they run as.
 */
import { spawn } from "node:child_process"
import { chown, lchown, mkdtemp, readdir, rm, stat } from "node:fs/promises"
import { userInfo } from "node:os"
import { dirname, join } from "node:path"
import { Effect } from "effect"
import { type EmbeddedPostgresError, UserRefused } from "../EmbeddedPostgresError.ts"
import { failWith, oneLine, onDisk } from "./failures.ts"

/** A command and, when root starts it, the user it runs as. */
export interface Command {
  readonly file: string
  readonly args: ReadonlyArray<string>
  readonly uid?: number | undefined
  readonly gid?: number | undefined
}

/** How a command ended. */
export interface Finished {
  /** The exit code; null when a signal ended it or it could not be started. */
  readonly code: number | null
  /** Its standard output and error; the reason if it could not be started. */
  readonly output: string
}

/**
 * The environment of a Postgres program: only the paths of programs and libraries. So no `PG…` variable changes its
 * behaviour, and it gets none of the owner's secrets.
 */
export const bareEnvironment = (): Record<string, string> => {
  const kept = ["PATH", "HOME", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH"].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value] as const]
  })
  return { ...Object.fromEntries(kept), LC_ALL: "C", TZ: "UTC" }
}

/** Runs a command with this input, in its own session; never fails. An interrupt kills it. */
export const run = (command: Command, input = ""): Effect.Effect<Finished> =>
  Effect.callback((resume) => {
    const child = spawn(command.file, command.args, {
      cwd: "/",
      env: bareEnvironment(),
      stdio: ["pipe", "pipe", "pipe"],
      detached: true,
      ...(command.uid === undefined ? {} : { uid: command.uid }),
      ...(command.gid === undefined ? {} : { gid: command.gid }),
    })
    let output = ""
    const collect = (text: string) => {
      output += text
    }
    child.stdout.setEncoding("utf8").on("data", collect)
    child.stderr.setEncoding("utf8").on("data", collect)
    child.stdin.on("error", () => undefined).end(input)
    child.on("error", (error) => resume(Effect.succeed({ code: null, output: error.message })))
    child.on("close", (code) => resume(Effect.succeed({ code, output })))
    return Effect.sync(() => child.kill("SIGKILL"))
  })

/** The id of the user nobody on Debian, Alpine, Red Hat and macOS (there -2). */
const nobody = 65534

/** A way to run a program of Postgres. */
export interface RunAs {
  /** The name in messages: `"uid 1000"`. */
  readonly name: string
  /** The owner of the files of the database, as this process sees it. */
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

/** `unshare` execs the program, so no extra process remains. */
const inNamespace = (uid: number, gid: number): RunAs => ({
  name: "a user namespace",
  uid,
  gid,
  command: (file, args) => ({
    file: "unshare",
    args: ["-U", `--map-user=${nobody}`, `--map-group=${nobody}`, "--", file, ...args],
  }),
})

/**
 * The ways for root, in this order: the owner of a data folder that is not root's, so that this user can start the server
 * without root later; a user namespace in which root is mapped to nobody, which needs no other user; the owner of the
 * parent folder; nobody.
 */
const waysOfRoot = async (dataDir: string, cluster: string): Promise<ReadonlyArray<RunAs>> => {
  const folder = await stat(cluster).catch(() => stat(dataDir))
  const parent = await stat(dirname(dataDir))
  const ways = [
    ...(folder.uid === 0 ? [] : [asUser(folder.uid, folder.gid)]),
    inNamespace(0, 0),
    ...(parent.uid === 0 ? [] : [asUser(parent.uid, parent.gid)]),
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
  // By way of a shell, like the watchdog: some shells have a built-in `unshare`.
  const { file, args: rest, ...user } = way.command("sh", args)
  const finished = yield* run({ file: "sh", args: ["-c", '"$@"', "sh", file, ...rest], ...user })
  yield* onDisk(dataDir, () => rm(folder, { recursive: true, force: true }))
  return finished.code === 0 ? undefined : `${way.name}: ${oneLine(finished.output) || "refused"}`
})

/** What the server's user must be able to do. */
interface Task {
  readonly dataDir: string
  readonly cluster: string
  readonly bin: string
  /** Also true if the database is changed without a running server. */
  readonly createsDatabase: boolean
}

/**
 * Chooses the user that the server runs as. An ordinary user runs it directly. Postgres refuses root, and creates a
 * database only for a user with a name in `/etc/passwd`, which a container that is started with any id lacks: then the
 * first way is chosen by which the user can run the binaries and write in the data folder.
 */
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
 * Makes the server's user the owner of the database's files, as Postgres requires. Only root can do that; for another user
 * Postgres reports a wrong owner.
 */
export const chownTo = (
  way: RunAs,
  path: string,
  dataDir: string,
): Effect.Effect<void, EmbeddedPostgresError> =>
  onDisk(dataDir, async () => {
    if (process.getuid?.() !== 0) return
    const now = await stat(path)
    if (now.uid !== way.uid) await chownAll(path, way.uid, way.gid)
  })
