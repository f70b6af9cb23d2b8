import { Effect, type Scope } from "effect"
import { existsSync, mkdirSync, readFileSync, rmdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"

/** A memory cgroup: what its processes take beyond the limit ends one of them (SIGKILL), as in a container. */
export interface MemoryGroup {
  readonly add: (pid: number) => void
}

/** The folder of this process's memory cgroup, and the name of the file with the limit. */
const own = (): { readonly folder: string; readonly limit: string } | undefined => {
  const lines = readFileSync("/proc/self/cgroup", "utf8").split("\n")
  const pathOf = (hierarchy: RegExp) =>
    lines.find((line) => hierarchy.test(line))?.replace(/^[^:]*:[^:]*:/, "")
  const first = pathOf(/^\d+:(?:.+,)?memory(?:,.+)?:/)
  if (first !== undefined)
    return { folder: join("/sys/fs/cgroup/memory", first), limit: "memory.limit_in_bytes" }
  const unified = pathOf(/^0::/)
  return unified === undefined ? undefined : { folder: join("/sys/fs/cgroup", unified), limit: "memory.max" }
}

/**
 * A memory cgroup for the current scope; undefined where this process may not make one, as in most containers and for
 * other users than root. Tests also look at the peak of the process, which needs no rights.
 */
export const makeMemoryGroup = (bytes: number): Effect.Effect<MemoryGroup | undefined, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      try {
        const parent = own()
        if (parent === undefined || !existsSync(parent.folder)) return undefined
        const folder = join(parent.folder, `lead-gateway-${process.pid}-${count++}`)
        mkdirSync(folder)
        writeFileSync(join(folder, parent.limit), String(bytes))
        return folder
      } catch {
        return undefined
      }
    }),
    (folder) => Effect.sync(() => (folder === undefined ? undefined : remove(folder))),
  ).pipe(
    Effect.map((folder) =>
      folder === undefined
        ? undefined
        : { add: (pid) => writeFileSync(join(folder, "cgroup.procs"), String(pid)) },
    ),
  )

let count = 0

const remove = (folder: string) => {
  try {
    rmdirSync(folder)
  } catch {
    // A process has not quite ended; an empty group costs nothing.
  }
}
