/** The processes that this one starts. */
import { readdirSync, readFileSync } from "node:fs"

/** The processes that this one has started. */
export const children = (): number => childStats().length

/** The processor time of processes that this one has started and that run, in milliseconds. */
export const childrenMs = (): number =>
  childStats().reduce((sum, stat) => sum + 10 * (Number(stat[11]) + Number(stat[12])), 0)

const childStats = () =>
  readdirSync("/proc").flatMap((pid) => {
    try {
      const stat = /^\d+$/.test(pid) ? statOf(pid) : []
      return stat[1] === String(process.pid) ? [stat] : []
    } catch {
      return [] // it has ended
    }
  })

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
