/**
 * What more processes give: webhooks a second and leads delivered a second with 1, 2 and 4 apis and as many workers behind nginx,
 * beside one of each without nginx.
 */
import { Effect } from "effect"
import { startArena } from "./Arena.ts"
import { startNginx } from "./BenchNginx.ts"
import { type Contender, contenders } from "./Contender.ts"
import { startCustomer } from "./Customer.ts"
import { untilRecorded, untilStill } from "./endToEnd.ts"
import { sendLeads } from "./LoadGenerator.ts"
import { markdownTable } from "./markdownTable.ts"
import { cpuMicroseconds } from "./Program.ts"
import { grouped, Rounds } from "./Rounds.ts"

const warmUpMs = 2000

/** Connections of one process to Postgres: eight processes and what else connects stay within its 100. */
const poolSize = 10

interface Size extends Contender {
  /** Apis, and as many workers. */
  readonly processes: number
  readonly isBehindNginx: boolean
}

const sizeOf = (processes: number, isBehindNginx: boolean): ReadonlyArray<Size> =>
  contenders
    .filter(({ name }) => name === "gateway-redis")
    .map((contender) => ({
      ...contender,
      name: `${processes} + ${processes}${isBehindNginx ? " behind nginx" : ", no nginx"}`,
      env: { ...contender.env, DB_MAX_OPEN_CONNS: String(poolSize), TRUSTED_PROXIES: "loopback" },
      processes,
      isBehindNginx,
    }))

const sizes = [sizeOf(1, false), sizeOf(1, true), sizeOf(2, true), sizeOf(4, true)].flat()

export const scale = Effect.fnUntraced(function* (options: {
  readonly connections: number
  readonly leads: number
  readonly postgres: string | undefined
  readonly rounds: number
  readonly seconds: number
}) {
  const { connections, leads, postgres, rounds, seconds } = options
  const arena = yield* startArena({ postgres, statements: false, profile: false })

  /** Starts the apis of a size on an empty database, nginx before them, and returns where webhooks go. */
  const enter = Effect.fnUntraced(function* (size: Size) {
    const { database, startApi, startWorker } = yield* arena.enter(size)
    const each = Array.from({ length: size.processes })
    const apis = yield* Effect.forEach(each, () => startApi({}))
    const [first] = apis
    const port = size.isBehindNginx
      ? (yield* startNginx(apis.map((api) => api.port))).port
      : (first?.port ?? 0)
    const cpu = Effect.sync(() => apis.reduce((sum, { program }) => sum + cpuMicroseconds(program.pid), 0))
    return { database, startWorker, each, cpu, load: { port, connections, tls: size.isBehindNginx } }
  })

  /** Webhooks alone: no worker runs. */
  const measureIntake = Effect.fnUntraced(function* (size: Size) {
    const { cpu, database, load } = yield* enter(size)
    const before = yield* cpu
    const report = yield* sendLeads({ ...load, warmUpMs, ms: seconds * 1000 })
    for (const [why, times] of Object.entries(report.refusals)) arena.check(size, why, times, 0)
    arena.check(size, "stored of acknowledged", yield* database.count("inbound_lead"), report.acknowledged)
    return {
      perSecond: report.perSecond,
      p50: report.p50Ms,
      p99: report.p99Ms,
      cpu: ((yield* cpu) - before) / report.acknowledged,
    }
  }, Effect.scoped)

  /** From the first arrival at the customer to the last, while leads come as fast as they are acknowledged. */
  const measureWholeWay = Effect.fnUntraced(function* (size: Size) {
    const { database, each, load, startWorker } = yield* enter(size)
    const customer = yield* startCustomer
    yield* Effect.forEach(each, () => startWorker(customer, { withoutLeads: true }))
    const { acknowledged, perSecond, refusals } = yield* sendLeads({ ...load, leads })
    for (const [why, times] of Object.entries(refusals)) arena.check(size, why, times, 0)
    const { atMs } = yield* untilStill(customer.arrivals, acknowledged)
    const delivered = yield* untilRecorded(database, acknowledged)
    // Leave time for a second request of the same lead.
    yield* Effect.sleep(1000)
    const arrived = yield* customer.arrivals
    arena.check(size, "requests at the customer", arrived.requests, acknowledged)
    arena.check(size, "different leads at the customer", arrived.leads, acknowledged)
    arena.check(size, "leads recorded as delivered", delivered, acknowledged)
    const [first = 0, , , last = 0] = atMs
    return { delivered: (1000 * acknowledged) / (last - first), taken: perSecond }
  }, Effect.scoped)

  const results = yield* Rounds.run({
    contenders: sizes,
    rounds,
    measure: (contender) =>
      Effect.gen(function* () {
        const size = sizes.find((one) => one === contender) ?? sizes[0]
        if (size === undefined) return yield* Effect.die(new Error("no contender gateway-redis"))
        return { ...(yield* measureIntake(size)), ...(yield* measureWholeWay(size)) }
      }),
  })
  const [single] = sizes
  const rows = sizes.map((size) => ({
    "api + worker": size.name,
    "webhooks/s": results.spread(size, "perSecond"),
    "of one": single === undefined ? "" : results.ratio(size, single, "perSecond"),
    "p50 ms": results.median(size, "p50").toFixed(2),
    "p99 ms": results.median(size, "p99").toFixed(2),
    "api CPU µs": results.median(size, "cpu").toFixed(0),
    "delivered/s": results.spread(size, "delivered"),
    "of one ": single === undefined ? "" : results.ratio(size, single, "delivered"),
    "taken/s beside": grouped(results.median(size, "taken")),
  }))
  const times = `${seconds} s after ${warmUpMs / 1000} s, then ${grouped(leads)} leads the whole way`
  arena.print(`${connections} connections, ${times}, ${rounds} rounds`, markdownTable(rows))
}, Effect.scoped)
