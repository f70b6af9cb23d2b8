/**
 * What can be known of a process by its id: whether it lives, since when, and what it runs.
 *
 * Linux has `/proc`; elsewhere `ps` is asked. Ids are reused, so an id alone never identifies a process.
 */
import { execFile } from "node:child_process"
import { readFile, readlink } from "node:fs/promises"
import { errorCode } from "./fault.ts"

const onLinux = process.platform === "linux"

/** Tells whether a process with this id exists, whoever owns it. A zombie exists. */
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

/** When a process started, as the system prints it; together with the id it identifies one process until the next boot. */
export const startOf = async (pid: number): Promise<string | undefined> =>
  onLinux ? (await stat(pid))?.started : ps(pid, "lstart")

/** Tells whether a process lives: it exists and is no zombie. */
export const isAlive = async (pid: number): Promise<boolean> => {
  if (!exists(pid)) return false
  const state = onLinux ? (await stat(pid))?.state : await ps(pid, "state")
  return state === undefined || !/^[ZX]/.test(state)
}

/** A process's command line; arguments with white space in them run together. */
const commandOf = async (pid: number): Promise<string | undefined> => {
  if (!onLinux) return ps(pid, "args")
  const line = await readFile(`/proc/${pid}/cmdline`, "utf8").catch(() => "")
  return line === "" ? undefined : line.replaceAll("\0", " ")
}

/**
 * Tells whether a living process is the Postgres server of this database folder.
 *
 * A server's current folder is its database. Where that cannot be read (another user's process), its `-D`
 * decides; where there is none, any Postgres is taken for ours: better to wait for a stranger than to start a
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
