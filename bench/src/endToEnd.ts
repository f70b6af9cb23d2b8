/** How fast a backlog is delivered by one worker with 50 leads in flight, and whether every lead arrives once. */
import { Effect } from "effect"
import { type ArenaOptions, startArena } from "./Arena.ts"
import type { BenchDatabase } from "./BenchPostgres.ts"
import { byHand, type Contender } from "./Contender.ts"
import { type Arrivals, startCustomer } from "./Customer.ts"
import { sendLeads } from "./LoadGenerator.ts"
import { markdownTable } from "./markdownTable.ts"
import { cpuMicroseconds, peakMiB } from "./Program.ts"
import { grouped, Rounds } from "./Rounds.ts"

/** After this time without an arrival, missing leads are given up. */
const patienceMs = 30_000

export const endToEnd = Effect.fnUntraced(function* (
  options: ArenaOptions & {
    readonly contenders: ReadonlyArray<Contender>
    readonly connections: number
    readonly leads: number
    readonly rounds: number
  },
) {
  const { connections, leads, rounds } = options
  const contenders = options.contenders.filter(({ worker }) => worker !== undefined)
  const arena = yield* startArena(options)

  const measure = Effect.fnUntraced(function* (contender: Contender) {
    const { database, explain, startApi, startWorker } = yield* arena.enter(contender)
    const customer = yield* startCustomer
    const { port, program: api } = yield* startApi({})
    const { acknowledged } = yield* sendLeads({ port, connections, leads })
    arena.check(contender, "acknowledged", acknowledged, leads)
    const apiMiB = peakMiB(api.pid)
    yield* explain(api, leads)
    yield* database.rows("CHECKPOINT")
    const worker = yield* startWorker(customer)
    const cpuBefore = cpuMicroseconds(worker.pid)
    const { atMs } = yield* untilStill(customer.arrivals, leads)
    const delivered = yield* untilRecorded(database, leads)
    const cpu = (cpuMicroseconds(worker.pid) - cpuBefore) / leads
    const MiB = peakMiB(worker.pid)
    // Leave time for a second request of the same lead.
    yield* Effect.sleep(1000)
    const arrived = yield* customer.arrivals
    arena.check(contender, "requests at the customer", arrived.requests, leads)
    arena.check(contender, "different leads at the customer", arrived.leads, leads)
    arena.check(contender, "leads recorded as delivered", delivered, leads)
    arena.check(contender, "attempts on record", yield* database.count("delivery_attempt"), leads)
    yield* explain(worker, leads)
    const [first = 0, second = 0, third = 0, last = 0] = atMs
    const rate = (part: number, from: number, to: number) => (1000 * part) / (to - from)
    return {
      perSecond: rate(leads, first, last),
      firstThird: rate(leads / 3, first, second),
      middleThird: rate(leads / 3, second, third),
      lastThird: rate(leads / 3, third, last),
      cpu,
      apiMiB,
      MiB,
    }
  }, Effect.scoped)

  const results = yield* Rounds.run({ contenders, rounds, measure })
  const rows = contenders.map((contender) => {
    const figure = (key: Parameters<typeof results.median>[1]) => grouped(results.median(contender, key))
    return {
      contender: contender.name,
      "leads/s": results.spread(contender, "perSecond"),
      ...Object.fromEntries(
        byHand.map((other) => [`of ${other.name}`, results.ratio(contender, other, "perSecond")]),
      ),
      "first third": figure("firstThird"),
      middle: figure("middleThird"),
      "last third": figure("lastThird"),
      "worker CPU µs": figure("cpu"),
      "api MiB": figure("apiMiB"),
      "worker MiB": figure("MiB"),
    }
  })
  arena.print(`${grouped(leads)} leads, 50 in flight, ${rounds} rounds`, markdownTable(rows))
}, Effect.scoped)

/** Waits until there are as many requests as leads, or until no more arrive. */
export const untilStill = Effect.fnUntraced(function* (arrivals: Effect.Effect<Arrivals>, leads: number) {
  let seen = yield* arrivals
  let since = performance.now()
  while (seen.requests < leads && performance.now() - since < patienceMs) {
    yield* Effect.sleep(200)
    const now = yield* arrivals
    if (now.requests > seen.requests) since = performance.now()
    seen = now
  }
  return seen
})

/** Waits until every lead is recorded as delivered, or for long; returns how many are. */
export const untilRecorded = Effect.fnUntraced(function* (database: BenchDatabase, leads: number) {
  const began = performance.now()
  for (;;) {
    const count = yield* database.count("inbound_lead", "status = 'DELIVERED'")
    if (count >= leads || performance.now() - began > patienceMs) return count
    yield* Effect.sleep(200)
  }
})
