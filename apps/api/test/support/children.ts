/** The processes that this one starts. */
import { readdirSync, readFileSync } from "node:fs"

/** The processes that this one has started. */
export const children = (): number =>
  readdirSync("/proc").filter((pid) => {
    try {
      return /^\d+$/.test(pid) && statOf(pid)[1] === String(process.pid)
    } catch {
      return false // it has ended
    }
  }).length

/** The fields of a process from its state on. */
const statOf = (pid: string): ReadonlyArray<string> => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  return stat.slice(stat.lastIndexOf(")") + 2).split(" ")
}

/** The processor time of processes that this one has waited for, in milliseconds. */
export const waitedForMs = (): number => {
  const fields = statOf("self")
  return 10 * (Number(fields[13]) + Number(fields[14]))
}
