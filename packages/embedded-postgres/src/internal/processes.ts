/**
 * Inspects processes by id: whether they live, since when, and whether they are a server of a database.
 *
 * Uses `/proc` on Linux and `ps` elsewhere. Ids are reused, so an id alone never identifies a process.
 */
import { execFile } from "node:child_process"
import { readFile, readlink, rm } from "node:fs/promises"
import { join } from "node:path"
import { Effect } from "effect"
import { DataDirInUse, type EmbeddedPostgresError } from "../EmbeddedPostgresError.ts"
import type { DataDir } from "./dataDir.ts"
import { errorCode, failWith, onDisk } from "./failures.ts"
import { waitUntil } from "./wait.ts"

const onLinux = process.platform === "linux"

/** Whether a process with this id exists, of any user. A zombie exists. */
export const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return errorCode(error) === "EPERM"
  }
}

const ps = (pid: number, column: string): Promise<string | undefined> =>
  new Promise((resolve) => {
    execFile(
      "ps",
      ["-o", `${column}=`, "-p", String(pid)],
      { env: { ...process.env, LC_ALL: "C" } },
      (_, out) => resolve(out.trim() === "" ? undefined : out.trim()),
    )
  })

/** The state and the start of a process: field 3 and field 22 (clock ticks since boot) of `/proc/<pid>/stat`. */
const stat = async (pid: number) => {
  const text = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => undefined)
  const fields = text?.slice(text.lastIndexOf(")") + 2).split(" ")
  return fields === undefined ? undefined : { state: fields[0], started: fields[19] }
}

/** The start time of a process, as the system prints it; with the id it identifies a process until the next boot. */
export const startOf = async (pid: number): Promise<string | undefined> =>
  onLinux ? (await stat(pid))?.started : ps(pid, "lstart")

/** Whether a process is alive: it exists and is no zombie. */
export const isAlive = async (pid: number): Promise<boolean> => {
  if (!exists(pid)) return false
  const state = onLinux ? (await stat(pid))?.state : await ps(pid, "state")
  return state === undefined || !/^[ZX]/.test(state)
}

/** The command line of a process, with its arguments separated by spaces. */
const commandOf = async (pid: number): Promise<string | undefined> => {
  if (!onLinux) return ps(pid, "args")
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
  return line === "" ? undefined : line.replaceAll("\0", " ")
}

/**
 * Whether a process is alive and is the Postgres server of this database folder.
 *
 * A server's working directory is its database. If that cannot be read (a process of another user), its argument `-D` is
 * compared; without one, any Postgres counts as this server: waiting for an unrelated server is safer than starting a
 * second server on the same files.
 */
export const isServerOf = async (pid: number, cluster: string): Promise<boolean> => {
  if (!(await isAlive(pid))) return false
  const command = await commandOf(pid)
  if (command !== undefined && !/(postgres|postmaster)\s*$/.test(command.split(" -")[0] ?? "")) return false
  const folder = await readlink(`/proc/${pid}/cwd`).catch(() => undefined)
  if (folder !== undefined) return folder === cluster
  return command === undefined || command.includes(cluster) || !command.includes(" -D /")
}

/** How long the server of a previous owner may take to stop: its watchdog stops it after 60 s at most. */
export const predecessorMs = 70_000

const pidFile = (dir: DataDir) => join(dir.cluster, "postmaster.pid")

const recordedPid = async (dir: DataDir): Promise<number | undefined> => {
  const text = await readFile(pidFile(dir), "utf8").catch(() => "")
  const pid = Number(text.split("\n")[0])
  // A single-user server writes the negative of its id.
  return Number.isSafeInteger(pid) && pid !== 0 ? Math.abs(pid) : undefined
}

/**
 * Waits until the server of a previous owner, which died, has been stopped by its watchdog. It is never stopped here. Call
 * this only as the holder of the data folder's lock.
 *
 * Removes a `postmaster.pid` whose id now belongs to another program: Postgres checks only whether a process has that
 * id, and would refuse to start.
 */
export const awaitPredecessor = Effect.fnUntraced(function* (
  dir: DataDir,
): Effect.fn.Return<void, EmbeddedPostgresError> {
  const pid = yield* Effect.promise(() => recordedPid(dir))
  if (pid === undefined) return
  const isServed = Effect.promise(() => isServerOf(pid, dir.cluster))
  if (yield* isServed) {
    yield* Effect.logInfo(`waiting for the last database server of ${dir.root} to stop (process ${pid})`)
    const condition = Effect.map(isServed, (served) => !served)
    const stopped = yield* waitUntil({ condition, everyMs: 50, forMs: predecessorMs })
    if (!stopped) return yield* failWith(new DataDirInUse({ dataDir: dir.root, pid, host: null }))
  }
  if (exists(pid)) yield* onDisk(dir.root, () => rm(pidFile(dir), { force: true }))
})
