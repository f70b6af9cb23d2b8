import { Effect, type Scope } from "effect"
import { readdirSync, readFileSync } from "node:fs"

/** Who uses the processors of this machine. */
export interface Machine {
  /** Whether other programs used a quarter of the processors or more, for a second at this time; in ms of `performance.now()`. */
  readonly wasShared: (from: number, to: number) => boolean
}

const sampleMs = 1_000

/** Less than this is what every machine does beside its work. */
const sharedFrom = 0.25

interface Sample {
  readonly at: number
  /** In ticks, of all processors: used, and passed. */
  readonly used: number
  readonly passed: number
  /** Of each of our processes. */
  readonly own: ReadonlyMap<number, number>
}

/** Watches the machine for the current scope. Our own are this process and all that it has started. */
export const watchMachine: Effect.Effect<Machine, never, Scope.Scope> = Effect.gen(function* () {
  const shared: Array<number> = []
  let last = take()
  const watch = () => {
    const next = take()
    if (shareOfOthers(last, next) >= sharedFrom) shared.push(next.at)
    last = next
  }
  yield* Effect.acquireRelease(
    Effect.sync(() => setInterval(watch, sampleMs)),
    (timer) => Effect.sync(() => clearInterval(timer)),
  )
  return {
    // A sample is of the second before, and what it did to a request may show a second later.
    wasShared: (from, to) => shared.some((at) => at >= from - sampleMs && at <= to + 2 * sampleMs),
  }
})

/** The share of all processors that others have used between two samples. */
const shareOfOthers = (from: Sample, to: Sample): number => {
  let own = 0
  // A process that has ended is in neither sum: what it used last is taken for that of others, which is little.
  for (const [pid, used] of to.own) own += used - (from.own.get(pid) ?? 0)
  return (to.used - from.used - own) / Math.max(1, to.passed - from.passed)
}

const take = (): Sample => {
  const [, ...ticks] = (readFileSync("/proc/stat", "utf8").split("\n", 1)[0] ?? "").split(/\s+/).map(Number)
  const [user = 0, nice = 0, system = 0, idle = 0, iowait = 0, irq = 0, softirq = 0, steal = 0] = ticks
  const used = user + nice + system + irq + softirq + steal
  return { at: performance.now(), used, passed: used + idle + iowait, own: ownTicks() }
}

const ownTicks = (): ReadonlyMap<number, number> => {
  const all = new Map(readdirSync("/proc").flatMap((pid) => statOf(pid)))
  const own = new Map<number, number>()
  for (const [pid, { ticks }] of all) {
    for (let at: number | undefined = pid; at !== undefined; at = all.get(at)?.parent) {
      if (at === process.pid) own.set(pid, ticks)
    }
  }
  return own
}

const statOf = (
  pid: string,
): ReadonlyArray<readonly [number, { readonly parent: number; readonly ticks: number }]> => {
  if (!/^\d+$/.test(pid)) return []
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
    const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ")
    return [[Number(pid), { parent: Number(fields[1]), ticks: Number(fields[11]) + Number(fields[12]) }]]
  } catch {
    return [] // it has ended
  }
}
