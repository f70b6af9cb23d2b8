import { CustomerBehaviour, TestProcess } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { join } from "node:path"
import { expect, goesOn } from "../support/progress.ts"
import { query, whileReading } from "../support/Rows.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { Release } from "../support/Release.ts"
import type { World } from "../support/World.ts"
import { contracts, expands } from "./nextReleases.ts"

/** Leads are under way all the time, and some are sent again: by the other release as well. */
const common = {
  // On a busy machine this lasts minutes: what comes in must not keep it busy.
  overMs: 4000,
  // A customer that is slow because the processor is busy must not open the circuit.
  env: { CUSTOMER_API_TIMEOUT: "10s" },
  untilMended: true,
  before: ({ book, draw }: World) =>
    book.behave((request, earlier) => {
      const fails = earlier < 3 && draw.fraction("fail", request.body, earlier) < 0.15
      const delayMs = draw.between(20, 300, "delay", request.body, earlier)
      return CustomerBehaviour.reply({ status: fails ? 503 : 200, delayMs })
    }),
} satisfies Partial<Scenario>

const appsOf = ({ api, workers }: Release) => [api, ...workers]
const start = (release: Release) => Effect.forEach(appsOf(release), (app) => app.start, { discard: true })
const ready = (release: Release) => Effect.forEach(appsOf(release), (app) => app.ready, { discard: true })
const stop = (release: Release) =>
  Effect.forEach(appsOf(release), (app) => app.stop, { concurrency: "unbounded", discard: true })

const say = (release: Release, text: string): ReadonlyArray<boolean> =>
  appsOf(release).map((app) => app.output().some((line) => line.includes(text)))
const allSay = (release: Release, text: string) => () => say(release, text).every(Boolean)
const oneSays = (release: Release, text: string) => () => say(release, text).some(Boolean)

/** The longest time for a webhook while a migration waits: 2 s for the lock, plus a margin for a busy machine. */
const mayTakeMs = ({ book }: World, from: number) =>
  3000 + Math.max(0, ...book.stalls.filter((stall) => stall.to >= from).map((stall) => stall.to - stall.from))

const migrationWaits = (url: string) =>
  Effect.map(
    query(
      url,
      `SELECT FROM pg_locks JOIN pg_database ON pg_database.oid = database AND datname = current_database()
       WHERE relation = 'work'::regclass AND mode = 'AccessExclusiveLock' AND NOT granted`,
    ),
    (rows) => rows.length > 0,
  )

/** The next release migrates while another session reads a table that it alters; senders still get answers. */
const migratesPastReader = Effect.fnUntraced(function* (world: World) {
  const { databaseUrl, findings, next, senders } = world
  const meets = Effect.gen(function* () {
    yield* start(next)
    yield* expect(world, "the migration says that it waits", oneSays(next, "could not get"))
    const from = Date.now()
    const waits = migrationWaits(databaseUrl)
    yield* expect(world, "the migration comes back", waits)
    yield* expect(
      world,
      "the migration gives way",
      Effect.map(waits, (does) => !does),
    )
    return from
  })
  const from = yield* Effect.orDie(whileReading(databaseUrl, "work", meets))
  yield* ready(next)
  const answers = senders.answers.filter(({ at }) => at >= from)
  const slowestMs = Math.max(0, ...answers.map(({ tookMs }) => tookMs))
  const refusals = answers.filter(({ status }) => status !== 200)
  if (slowestMs < 1000) findings.push(`nobody waited behind the migration: ${slowestMs} ms at most`)
  if (slowestMs > mayTakeMs(world, from))
    findings.push(`a webhook took ${slowestMs} ms while a migration waited`)
  if (refusals.length > 0) findings.push(`${refusals.length} webhooks were refused while a migration waited`)
})

/** Whether each release has delivered leads of its own and of the other one. */
const bothWays = (url: string) =>
  Effect.map(
    query(
      url,
      `SELECT DISTINCT lead.release AS received_by, made.release AS delivered_by
       FROM lead JOIN attempt ON attempt.lead_id = lead.id AND attempt.success
       LEFT JOIN attempt_release AS made ON made.lead_id = attempt.lead_id AND made.attempt_no = attempt.attempt_no`,
    ),
    (ways) => ways.length === 4,
  )

/**
 * The next release migrates while this one works, works beside it, and is rolled back while the schema stays.
 */
export const releasesSideBySide: Scenario = {
  ...common,
  name: "releases-side-by-side",
  nextRelease: expands,
  fault: (world) =>
    Effect.gen(function* () {
      const { next, senders } = world
      yield* goesOn(world, 20)
      yield* migratesPastReader(world)
      senders.postTo(world.url, next.url)
      yield* expect(world, "each delivers what it and the other received", bothWays(world.databaseUrl))
      yield* goesOn(world, 50)

      yield* stop(world)
      yield* goesOn(world, 20)
      yield* start(world)
      yield* ready(world)
      yield* expect(world, "says that the schema is newer", allSay(world, "the database is newer than this"))
      yield* goesOn(world, 50)

      yield* stop(next)
      senders.postTo(world.url)
      yield* goesOn(world, 50)
    }),
}

/**
 * A release that contracts too early. It waits until an operator migrates; after that, running processes of this release
 * answer 503, and none starts.
 */
export const releaseContracts: Scenario = {
  ...common,
  name: "release-contracts",
  nextRelease: contracts,
  fault: (world) =>
    Effect.gen(function* () {
      const { findings, next, senders } = world
      yield* start(next)
      yield* expect(world, "waits for an operator", allSay(next, "waiting for `migrate up`"))
      yield* goesOn(world, 50)
      if (oneSays(next, " is ready")()) findings.push("the next release did not wait")

      const migrate = yield* TestProcess.spawn({
        program: join(next.sources, "apps/cli/src/main.ts"),
        args: ["migrate", "up"],
        cwd: next.sources,
        env: { DATABASE_URL: world.databaseUrl },
      })
      const { code } = yield* migrate.exited
      if (code !== 0) return yield* Effect.die(new Error(`migrate up: ${migrate.lines().join("\n")}`))
      yield* ready(next)
      senders.postTo(world.url, next.url)
      const refused = () => senders.answers.some(({ status }) => status === 503)
      yield* expect(world, "a running api can store no lead", refused)
      yield* goesOn(world, 50)

      yield* stop(world)
      senders.postTo(next.url)
      yield* start(world)
      const ends = yield* Effect.forEach(appsOf(world), (app) => app.refuses, { concurrency: "unbounded" })
      for (const lines of ends) {
        if (lines.length !== 1 || lines[0]?.includes("needs a version that knows migration 9001") !== true) {
          findings.push(`a release that is too old ended with: ${lines.join("\n")}`)
        }
      }
      yield* goesOn(world, 50)
    }).pipe(Effect.scoped),
}
