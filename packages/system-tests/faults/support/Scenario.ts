import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect, Schedule } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Balance, balance } from "./Balance.ts"
import { drawBy } from "./Draw.ts"
import type { Counts, Facts } from "./Facts.ts"
import { inFlight, readRows } from "./Rows.ts"
import type { Sent } from "./Senders.ts"
import { until } from "./until.ts"
import { makeSite, type QueueType, withLeads, type World, type WorldNeeds } from "./World.ts"

/** One fault, and what it happens to. */
export interface Scenario extends WorldNeeds {
  /** Its own: `npm run chaos -- --only <name>`. */
  readonly name: string
  /** The queues with which it makes sense; the database and Redis by default. */
  readonly queues?: ReadonlyArray<QueueType>
  /** True: workers or Postgres are away for longer than a lease may last, so that outcomes may be unknown. */
  readonly mayLoseOutcomes?: boolean
  /** True: the clock of Postgres is set, so that its times neither follow each other nor compare with other clocks. */
  readonly databaseTimeJumps?: boolean
  /** How many leads there are, all of them valid; by default as many as the run has for each, of all kinds. */
  readonly validLeads?: number
  /** Over which time leads come in; 3 s by default. */
  readonly overMs?: number
  /** True: leads keep arriving, at half of this rate, until the fault is repaired. */
  readonly untilMended?: boolean
  /** Preparations, before the first lead is sent. */
  readonly before?: (world: World) => void
  /** Causes the fault while leads come in and go out, and repairs it. */
  readonly fault: (world: World) => Effect.Effect<void>
  /** Checks for this fault, in addition to the invariants. */
  readonly verify?: (facts: Facts) => ReadonlyArray<string>
}

/** How to run scenarios. */
export interface RunOptions {
  readonly seed: string
  /** For each scenario. */
  readonly leads: number
  readonly queue: QueueType
  readonly sharedPostgres?: string | undefined
  /** A folder that takes all facts of a run in which something went wrong. */
  readonly keepIn?: string | undefined
}

/** How long the system may take to come to rest after the repair. */
const drainMs = 120_000

/** `GET /stats/leads/counts`; retries until there is an answer: a restarted process may need a moment. */
export const readCounts = (url: string) =>
  Effect.promise(async (signal): Promise<Counts | undefined> => {
    const response = await fetch(`${url}/stats/leads/counts`, { signal })
    return response.ok ? ((await response.json()) as Counts) : undefined
  }).pipe(
    Effect.catchCause(() => Effect.succeed(undefined)),
    Effect.repeat({ until: (counts) => counts !== undefined, schedule: Schedule.spaced("100 millis") }),
    Effect.flatMap((counts) =>
      counts === undefined ? Effect.die(new Error("no counts")) : Effect.succeed(counts),
    ),
    Effect.timeout("60 seconds"),
  )

/** What all of them need. */
const needsOf = (scenarios: ReadonlyArray<Scenario>): WorldNeeds => ({
  workers: Math.max(...scenarios.map(({ workers }) => workers ?? 1)),
  ownPostgres: scenarios.some(({ ownPostgres }) => ownPostgres === true),
  ownNetwork: scenarios.some(({ ownNetwork }) => ownNetwork === true),
  ownClocks: scenarios.some(({ ownClocks }) => ownClocks === true),
  ownDisk: scenarios.some(({ ownDisk }) => ownDisk === true),
  redisForm: scenarios.find(({ redisForm }) => redisForm !== undefined)?.redisForm,
  postgresVersion: scenarios.find(({ postgresVersion }) => postgresVersion !== undefined)?.postgresVersion,
  openFiles: scenarios.find(({ openFiles }) => openFiles !== undefined)?.openFiles,
  skewMs: scenarios[0]?.skewMs ?? 0,
  nextRelease: scenarios.find(({ nextRelease }) => nextRelease !== undefined)?.nextRelease,
  env: Object.assign({}, ...scenarios.map(({ env }) => env)) as Record<string, string>,
})

/**
 * Runs scenarios one after the other in one world, and balances the books when it has come to rest. A fault
 * may strike while leads of the one before are still under way.
 */
export const runScenarios = (
  scenarios: ReadonlyArray<Scenario>,
  options: RunOptions,
): Effect.Effect<Balance> =>
  Effect.gen(function* () {
    const { keepIn, leads: size, queue, seed, sharedPostgres } = options
    const site = yield* makeSite({ ...needsOf(scenarios), queue, sharedPostgres })
    const sent: Array<Sent> = []
    const found: Array<string> = []
    let url = site.url
    for (const { before, fault, name, overMs = 3000, untilMended = false, validLeads } of scenarios) {
      const world = withLeads(site, {
        name,
        draw: drawBy(`${seed} ${name}`),
        size: validLeads ?? size,
        allValid: validLeads !== undefined,
        overMs,
        untilMended,
      })
      site.book.behave(() => CustomerBehaviour.reply())
      before?.(world)
      const mended = Effect.tap(fault(world), () => Effect.sync(world.senders.stop))
      yield* Effect.all([world.senders.run, mended], { concurrency: 2, discard: true })
      sent.push(...world.senders.sent)
      found.push(...world.findings)
      ;[url] = world.senders.urls()
    }
    const nothingUnderWay = Effect.map(inFlight(site.databaseUrl), (leads) => leads === 0)
    yield* until(nothingUnderWay, drainMs)
    // The customer's side of the last answer may close a moment later than ours.
    yield* until(() => site.book.exchanges.every((exchange) => exchange.closedAt !== undefined), 5000)
    const apps = [site, ...(site.next === undefined ? [] : [site.next])].flatMap(({ api, workers }) => [
      api,
      ...workers,
    ])
    const facts: Facts = {
      sent,
      rows: yield* readRows(site.databaseUrl),
      counts: yield* readCounts(url),
      exchanges: site.book.exchanges,
      stalls: site.book.stalls,
      outcomesMayBeLost: scenarios.some(({ mayLoseOutcomes }) => mayLoseOutcomes === true),
      databaseTimeJumps: scenarios.some(({ databaseTimeJumps }) => databaseTimeJumps === true),
      output: apps.flatMap((app) => app.output()),
      ended: apps.flatMap((app) => app.ended()),
    }
    const books = balance(facts)
    const findings = [
      ...found,
      ...books.findings,
      ...scenarios.flatMap(({ verify }) => verify?.(facts) ?? []),
    ]
    if (keepIn !== undefined && findings.length > 0) {
      const file = join(keepIn, `${scenarios.map(({ name }) => name).join(" ")}-${queue}.json`)
      writeFileSync(file, JSON.stringify({ findings, ...facts }))
    }
    return { ...books, findings }
  }).pipe(Effect.scoped, Effect.orDie)
