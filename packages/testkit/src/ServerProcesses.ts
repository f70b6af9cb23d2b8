/** The processes of a Postgres server, which can be suspended together. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"

/** The first process of the server of a data folder. */
export const postmasterOf = (folder: string): number =>
  Number(readFileSync(join(folder, "postmaster.pid"), "utf8").split("\n")[0])

/** The processes whose parent this is. */
export const childrenOf = (parent: number): ReadonlyArray<number> =>
  readdirSync("/proc").flatMap((pid) => {
    if (!/^\d+$/.test(pid)) return []
    try {
      const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
      const [, ppid] = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
      return Number(ppid) === parent ? [Number(pid)] : []
    } catch {
      return [] // it has ended
    }
  })

const send = (pid: number, signal: NodeJS.Signals) => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}

/** Suspends a server: connections stay open, and nothing is answered. First the one that starts others. */
export const freeze = (postmaster: number): void => {
  for (const pid of [postmaster, ...childrenOf(postmaster)]) send(pid, "SIGSTOP")
}

/** Lets it go on. */
export const thaw = (postmaster: number): void => {
  for (const pid of [...childrenOf(postmaster), postmaster]) send(pid, "SIGCONT")
}
