/** What a process spent its time on, by node's `--cpu-prof`. */
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { markdownTable } from "./markdownTable.ts"

interface CallFrame {
  readonly functionName: string
  readonly url: string
  readonly lineNumber: number
}

/** V8's format; times in µs. */
interface CpuProfile {
  readonly nodes: ReadonlyArray<{ readonly id: number; readonly callFrame: CallFrame }>
  readonly startTime: number
  readonly samples: ReadonlyArray<number>
  readonly timeDeltas: ReadonlyArray<number>
}

/** Whose code it is: a package of ours, a dependency, node's JavaScript, or what has no JavaScript. */
const ownerOf = ({ functionName, url }: CallFrame): string => {
  if (url.startsWith("node:")) return "node"
  const dependency = /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)\//.exec(url)?.[1]
  if (dependency !== undefined) return dependency
  const own = /\/((?:apps|packages)\/[^/]+)\//.exec(url)?.[1]
  if (own !== undefined) return own
  return functionName === "(garbage collector)" ? "garbage collector" : "native"
}

const nameOf = (frame: CallFrame): string => {
  const place = frame.url === "" ? "" : ` ${frame.url.split("/").at(-1)}:${frame.lineNumber + 1}`
  return `${frame.functionName || "(anonymous)"}${place}`
}

/** Microseconds of its own for each frame, within a window of `process.hrtime`. */
const selfTimes = (profile: CpuProfile, window: { readonly from: bigint; readonly to: bigint }) => {
  const frames = new Map(profile.nodes.map(({ id, callFrame }) => [id, callFrame]))
  const times = new Map<CallFrame, number>()
  let at = profile.startTime
  profile.samples.forEach((id, index) => {
    const delta = profile.timeDeltas[index] ?? 0
    at += delta
    const frame = frames.get(id)
    if (frame === undefined || frame.functionName === "(idle)") return
    if (at < Number(window.from / 1000n) || at > Number(window.to / 1000n)) return
    times.set(frame, (times.get(frame) ?? 0) + delta)
  })
  return times
}

const sumBy = (times: ReadonlyMap<CallFrame, number>, nameOf: (frame: CallFrame) => string) => {
  const sums = new Map<string, number>()
  for (const [frame, time] of times) sums.set(nameOf(frame), (sums.get(nameOf(frame)) ?? 0) + time)
  return [...sums].toSorted(([, a], [, b]) => b - a)
}

/** Two tables, of owners and of functions, with what each took itself. */
export const describeProfile = (options: {
  /** Where the profile was written. */
  readonly folder: string
  readonly window: { readonly from: bigint; readonly to: bigint }
  readonly leads: number
}): string => {
  const file = join(
    options.folder,
    readdirSync(options.folder).find((name) => name.endsWith(".cpuprofile")) ?? "",
  )
  const times = selfTimes(JSON.parse(readFileSync(file, "utf8")) as CpuProfile, options.window)
  const total = [...times.values()].reduce((sum, time) => sum + time, 0)
  const table = (title: string, most: number, nameOf: (frame: CallFrame) => string) =>
    markdownTable(
      sumBy(times, nameOf)
        .slice(0, most)
        .map(([name, time]) => ({
          [title]: name,
          "µs a lead": (time / options.leads).toFixed(1),
          share: `${((100 * time) / total).toFixed(1)} %`,
        })),
    )
  const functions = table("function, self time", 30, (frame) => `${ownerOf(frame)}: ${nameOf(frame)}`)
  return `${table("owner, self time", 15, ownerOf)}\n\n${functions}\n\nthe whole profile: ${file}`
}
