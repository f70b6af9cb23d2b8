import { Effect, Schedule } from "effect"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { type Balance, balance } from "./Balance.ts"
import { drawBy } from "./Draw.ts"
import type { Counts, Facts } from "./Facts.ts"
import { inFlight, readRows } from "./Rows.ts"
import { until } from "./until.ts"
import { makeWorld, type QueueType, type World, type WorldNeeds } from "./World.ts"

/** One fault, and what it happens to. */
export interface Scenario extends WorldNeeds {
  /** Unique: `npm run chaos -- --only <name>`. */
  readonly name: string
  /** The queues with which it makes sense; both by default. */
  readonly queues?: ReadonlyArray<QueueType>
  /** Over which time leads come in; 3 s by default. */
  readonly overMs?: number
  /** Sets the scene, before the first lead is sent. */
  readonly before?: (world: World) => void
  /** Does the damage while leads come in and go out, and mends it. */
  readonly fault: (world: World) => Effect.Effect<void>
  /** What must be true of this fault in particular, beyond what must always be. */
  readonly verify?: (facts: Facts) => ReadonlyArray<string>
}

/** How to run a scenario. */
export interface RunOptions {
  readonly seed: string
  readonly leads: number
  readonly queue: QueueType
  readonly sharedPostgres?: string | undefined
  /** A folder that takes all facts of a run in which something went wrong. */
  readonly keepIn?: string | undefined
}

/** How long a system that has been mended may take to come to rest. */
const drainMs = 120_000

/** Asks until it is answered: a process that was mended may need a moment. */
const readCounts = ({ url }: World) =>
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

/** Runs a scenario in a world of its own and balances the books afterwards. */
export const runScenario = (scenario: Scenario, options: RunOptions): Effect.Effect<Balance> =>
  Effect.gen(function* () {
    const { queue, seed } = options
    const world = yield* makeWorld({
      ...scenario,
      draw: drawBy(`${seed} ${scenario.name}`),
      queue,
      size: options.leads,
      overMs: scenario.overMs ?? 3000,
      sharedPostgres: options.sharedPostgres,
    })
    scenario.before?.(world)
    yield* Effect.all([world.senders.run, scenario.fault(world)], { concurrency: 2, discard: true })
    yield* until(
      Effect.map(inFlight(world.databaseUrl), (leads) => leads === 0),
      drainMs,
    )
    // The customer's side of the last answer may close a moment later than ours.
    yield* until(() => world.book.exchanges.every((exchange) => exchange.closedAt !== undefined), 5000)
    const apps = [world.api, ...world.workers]
    const facts: Facts = {
      sent: world.senders.sent,
      rows: yield* readRows(world.databaseUrl),
      counts: yield* readCounts(world),
      exchanges: world.book.exchanges,
      stalledMs: world.book.stalledMs(),
      output: apps.flatMap((app) => app.output()),
      ended: apps.flatMap((app) => app.ended()),
    }
    const books = balance(facts)
    const findings = [...books.findings, ...(scenario.verify?.(facts) ?? [])]
    if (options.keepIn !== undefined && findings.length > 0) {
      const file = join(options.keepIn, `${scenario.name}-${queue}.json`)
      writeFileSync(file, JSON.stringify({ findings, ...facts }))
    }
    return { ...books, findings }
  }).pipe(Effect.scoped, Effect.orDie)
