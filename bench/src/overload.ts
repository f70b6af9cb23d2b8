/** What happens at a multiple of the load that the api can take: who is answered what and when, in how much memory. */
import { Effect, Fiber } from "effect"
import { type ArenaOptions, startArena } from "./Arena.ts"
import type { BenchDatabase } from "./BenchPostgres.ts"
import { type Contender, contenders } from "./Contender.ts"
import { leadNumberOf } from "./leadRequest.ts"
import { markdownTable } from "./markdownTable.ts"
import { type OpenLoadReport, sendAtRate } from "./OpenLoad.ts"
import { cpuMicroseconds, residentMiB } from "./Program.ts"
import { grouped } from "./Rounds.ts"

/** A load can be taken if every lead is stored, 99 of 100 within this time. */
const takenWithinMs = 100

/** Enough to answer each of 30,000 leads a second within 50 ms. */
const connections = 1500

/** Finds the load (`perSecond` names it instead), offers `times` as much for `seconds`, and prints what came of it. */
export const overload = Effect.fnUntraced(function* (
  options: ArenaOptions & {
    readonly contenders: ReadonlyArray<Contender>
    readonly perSecond: number | undefined
    readonly seconds: number
    readonly times: number
  },
) {
  const { seconds, times } = options
  const contender = options.contenders.find(({ isOurs }) => isOurs) ?? contenders.find(({ isOurs }) => isOurs)
  if (contender === undefined) return yield* Effect.die(new Error("none of ours"))
  const arena = yield* startArena(options)
  const { database, explain, startApi } = yield* arena.enter(contender)
  const { port, program } = yield* startApi({})

  let nextLead = 0
  const send = (perSecond: number, ms: number) =>
    Effect.suspend(() => {
      const firstLead = nextLead
      nextLead += Math.round((perSecond * ms) / 1000)
      return sendAtRate({ port, perSecond, ms, connections, firstLead })
    })

  const capacity = options.perSecond ?? (yield* findCapacity(send))
  // Both sides have compiled their code then.
  yield* send(capacity, 5000)
  yield* Effect.sleep("2 seconds")
  const firstLead = nextLead
  const before = residentMiB(program.pid)
  const memory: Array<number> = []
  const sampling = yield* Effect.forkChild(
    Effect.forever(
      Effect.andThen(
        Effect.sleep(1000),
        Effect.sync(() => memory.push(residentMiB(program.pid))),
      ),
    ),
  )
  const readyAt = process.hrtime.bigint()
  const cpuBefore = cpuMicroseconds(program.pid)
  const report = yield* send(capacity * times, seconds * 1000)
  const cpu = cpuMicroseconds(program.pid) - cpuBefore
  yield* Fiber.interrupt(sampling)
  const shed = yield* shedBy(port)
  yield* explain({ ...program, readyAt }, report.sent)
  // What is still in a statement is stored then.
  yield* Effect.sleep("3 seconds")

  const stored = yield* storedBy(database, report, firstLead)
  const ok = report.statuses["200"]?.answers ?? 0
  const refused = report.statuses["503"]?.answers ?? 0
  for (const [status, { answers }] of Object.entries(report.statuses)) {
    if (status !== "200" && status !== "503") arena.check(contender, status, answers, 0)
  }
  arena.check(contender, "stored of the 200s", stored.get(200) ?? 0, ok)
  if ((stored.get(503) ?? 0) > refused / 10_000) {
    arena.check(contender, "stored of the 503s", stored.get(503) ?? 0, 0)
  }
  const rows = Object.entries(report.statuses).map(([status, figures]) => ({
    answer: status,
    answers: grouped(figures.answers),
    "a second": grouped(figures.answers / seconds),
    stored: grouped(stored.get(Number(status)) ?? 0),
    "p50 ms": figures.p50Ms.toFixed(1),
    "p99 ms": figures.p99Ms.toFixed(1),
    "p99.9 ms": figures.p999Ms.toFixed(1),
    "max ms": figures.maxMs.toFixed(1),
    "over 50 ms": grouped(figures.over50Ms),
  }))
  arena.print(
    `${grouped(capacity)} leads a second can be taken; ${times} times that for ${seconds} s, ${connections} connections`,
    markdownTable(rows),
  )
  const { p50, p99 } = report.senderLateMs
  console.log(`\nleads were sent ${p50.toFixed(1)} ms late (p50), ${p99.toFixed(1)} ms (p99)`)
  console.log(
    `api: ${(cpu / report.sent).toFixed(0)} µs of CPU a lead, ${(cpu / seconds / 1e6).toFixed(2)} cores`,
  )
  console.log(`refused because of, with warm-up: ${JSON.stringify(shed)}`)
  console.log(`memory, MiB: ${[before, ...everyTenth(memory)].map((MiB) => MiB.toFixed(0)).join(" ")}`)
}, Effect.scoped)

/** Why the api has refused leads since it started. */
const shedBy = (port: number) =>
  Effect.promise(async () => {
    const response = await fetch(`http://127.0.0.1:${port}/health/deep`)
    const { intake } = (await response.json()) as {
      readonly intake: { readonly shed: Readonly<Record<string, number>> }
    }
    return intake.shed
  })

/** At most about ten of the samples. */
const everyTenth = (samples: ReadonlyArray<number>): ReadonlyArray<number> => {
  const step = Math.max(1, Math.floor(samples.length / 10))
  return samples.filter((_, index) => index % step === step - 1)
}

/** How many leads are stored, by the status that they were answered with. */
const storedBy = Effect.fnUntraced(function* (
  database: BenchDatabase,
  report: OpenLoadReport,
  firstLead: number,
) {
  const rows = yield* database.rows<{ correlation_id: string }>("SELECT correlation_id FROM inbound_lead")
  const stored = new Map<number, number>()
  for (const { correlation_id } of rows) {
    const lead = leadNumberOf(correlation_id)
    if (lead < firstLead) continue
    const status = report.statusOf(lead)
    stored.set(status, (stored.get(status) ?? 0) + 1)
  }
  return stored
})

/** The highest rate that is taken: by steps of a quarter until one is too much, then between the two. */
const findCapacity = Effect.fnUntraced(function* (
  send: (perSecond: number, ms: number) => Effect.Effect<OpenLoadReport>,
) {
  const isTaken = Effect.fnUntraced(function* (perSecond: number) {
    const report = yield* send(perSecond, 3000)
    const ok = report.statuses["200"]
    const p99 = Math.max(ok?.p99Ms ?? Infinity, report.senderLateMs.p99)
    const taken = ok?.answers === report.sent && p99 <= takenWithinMs
    console.error(`${grouped(perSecond)} a second: ${taken ? "taken" : "too much"}, p99 ${p99.toFixed(0)} ms`)
    yield* Effect.sleep("1 second")
    return taken
  })
  // Also warms the api up.
  let taken = 1000
  let tooMuch = taken
  while (yield* isTaken(tooMuch)) {
    taken = tooMuch
    tooMuch = Math.round(tooMuch * 1.25)
  }
  for (let step = 0; step < 2; step++) {
    const between = Math.round((taken + tooMuch) / 2)
    if (yield* isTaken(between)) taken = between
    else tooMuch = between
  }
  return taken
})
