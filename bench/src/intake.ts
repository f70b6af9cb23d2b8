/** How many webhooks a second are acknowledged, by what is committed then; no worker runs. */
import { Effect } from "effect"
import { type ArenaOptions, startArena } from "./Arena.ts"
import { byHand, type Contender, echo } from "./Contender.ts"
import { sendLeads } from "./LoadGenerator.ts"
import { listen } from "./listen.ts"
import { markdownTable } from "./markdownTable.ts"
import { collectSpans, scrape } from "./observe.ts"
import { cpuMicroseconds, peakMiB } from "./Program.ts"
import { Rounds } from "./Rounds.ts"

const warmUpMs = 2000

export const intake = Effect.fnUntraced(function* (
  options: ArenaOptions & {
    readonly contenders: ReadonlyArray<Contender>
    readonly connections: number
    readonly rounds: number
    readonly seconds: number
  },
) {
  const { connections, contenders, rounds, seconds } = options
  const arena = yield* startArena(options)

  const measure = Effect.fnUntraced(function* (contender: Contender) {
    const { database, explain, startApi } = yield* arena.enter(contender)
    const settings = contender.isObserved === true ? yield* collectSpans : {}
    const { port, program } = yield* startApi(settings)
    if (contender.isObserved === true) yield* scrape(port)
    yield* listen(port, contender.listeners ?? 0)
    const cpuBefore = cpuMicroseconds(program.pid)
    const report = yield* sendLeads({
      port,
      connections,
      warmUpMs,
      ms: seconds * 1000,
      sending: contender.sending,
    })
    const cpu = (cpuMicroseconds(program.pid) - cpuBefore) / report.acknowledged
    const MiB = peakMiB(program.pid)
    for (const [why, times] of Object.entries(report.refusals)) arena.check(contender, why, times, 0)
    if (contender.hasDatabase) {
      const stored = yield* database.count("inbound_lead")
      arena.check(contender, "stored of acknowledged", stored, report.acknowledged)
    }
    yield* explain(program, report.acknowledged)
    return { perSecond: report.perSecond, p50: report.p50Ms, p99: report.p99Ms, cpu, MiB }
  }, Effect.scoped)

  const results = yield* Rounds.run({ contenders, rounds, measure })
  const rows = contenders.map((contender) => {
    const figure = (key: "cpu" | "MiB" | "p50" | "p99", digits: number) =>
      results.median(contender, key).toFixed(digits)
    return {
      contender: contender.name,
      "webhooks/s": results.spread(contender, "perSecond"),
      ...Object.fromEntries(
        [echo, ...byHand].map((other) => [`of ${other.name}`, results.ratio(contender, other, "perSecond")]),
      ),
      "p50 ms": figure("p50", 2),
      "p99 ms": figure("p99", 2),
      "CPU µs": figure("cpu", 0),
      MiB: figure("MiB", 0),
    }
  })
  const times = `${seconds} s after ${warmUpMs / 1000} s`
  arena.print(`${connections} connections, ${times}, ${rounds} rounds`, markdownTable(rows))
}, Effect.scoped)
