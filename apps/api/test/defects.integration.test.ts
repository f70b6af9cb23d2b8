import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { LeadQueue, LeadQueueUnavailable } from "@lead-gateway/lead-queue"
import { DataRefused, LeadIntake, LeadReader } from "@lead-gateway/lead-store"
import { Effect, Layer, Result } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

/** The worst case of a thrown value: it quotes the lead. */
const bug = new Error(`cannot store ${leadText}`)
const sql = 'insert into inbound_lead values ("customer@example.com")'
const id = "req-of-the-bug"

const intake = (receive: LeadIntake["Service"]["receive"]) =>
  Layer.succeed(LeadIntake, { receive, isBusy: () => false, observeBatches: () => {}, unconfirmed: () => 0 })

/** The lines that were logged for the request. */
const logged = ({ log }: WorldShape) =>
  Effect.map(log, (lines) => lines.filter(({ correlation_id }) => correlation_id === id))

/** A queue that calls `offer` for each offered lead. */
const queue = (offer: LeadQueue["Service"]["offerUnsafe"], depth: LeadQueue["Service"]["depth"]) =>
  Layer.succeed(LeadQueue, {
    offer: (ids) => Effect.sync(() => offer(ids)),
    offerUnsafe: offer,
    take: () => Effect.never,
    depth,
    patienceMs: () => 0,
    forgot: Effect.never,
  })

const bugs: ReadonlyArray<{ readonly how: string; readonly replace: Layer.Layer<never> }> = [
  {
    how: "is thrown",
    replace: intake(() => {
      throw bug
    }),
  },
  {
    how: "is no error at all",
    replace: intake(() => {
      throw { sql, leadText }
    }),
  },
  {
    how: "comes after the commit",
    replace: queue(() => {
      throw bug
    }, Effect.succeed(0)),
  },
]

describe("a bug", () => {
  it.live.each(bugs)("in intake that $how is answered 500, and told to the log alone", ({ how, replace }) =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ replace })
      const answer = yield* post(world, leadText, { headers: { "X-Correlation-ID": id } })
      assertError(answer, 500, "internal server error", id)
      const lines = yield* logged(world)
      // The lead that was stored has its line, with its id.
      const isStored = lines.some(({ lead_id }) => lead_id !== undefined)
      assert.strictEqual(isStored, how === "comes after the commit")
      assert.deepStrictEqual(
        lines.map(({ level, message }) => [level, message]),
        [
          ["error", "intake failed"],
          ["error", isStored ? "lead received" : "webhook refused"],
        ],
      )
    }),
  )

  it.live("in statistics is answered 500, and told to the log alone", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({
        replace: Layer.succeed(LeadReader, {
          counts: Effect.die(bug),
          recent: () => Effect.die(bug),
          payloads: () => Effect.die(bug),
          payloadsOf: () => Effect.die(bug),
          history: () => Effect.die(bug),
        }),
      })
      world.secrecy.watch(leadText)
      for (const path of ["/stats/leads/counts", "/stats/leads/recent", "/stats/leads/1/history"]) {
        const answer = yield* ask(world, { path, headers: { "X-Correlation-ID": id } })
        assertError(answer, 500, "internal server error", id)
      }
      assert.deepStrictEqual(
        (yield* logged(world)).map(({ level, message }) => [level, message]),
        Array.from({ length: 3 }, () => [
          ["error", "request failed"],
          ["info", "request refused"],
        ]).flat(),
      )
    }),
  )
})

describe("what Postgres refuses", () => {
  it.live("is answered 400, since sending it again would not help", () =>
    Effect.gen(function* () {
      const refused = new DataRefused({ operation: "LeadIntake.receive", sqlState: "22P05" })
      const world = yield* makeWorld({
        replace: intake((_, done) => setImmediate(done, Result.fail(refused))),
      })
      assertError(yield* post(world, leadText), 400, "malformed JSON payload")
      assert.include(
        (yield* world.log).map(({ cause }) => cause),
        "LeadIntake.receive: Postgres refused a value (22P05)",
      )
    }),
  )

  it.live("is answered 503 when a table refuses it that a newer release has changed", () =>
    Effect.gen(function* () {
      const refused = new DataRefused({ operation: "LeadIntake.receive", sqlState: "23502" })
      const world = yield* makeWorld({
        replace: intake((_, done) => setImmediate(done, Result.fail(refused))),
      })
      assertError(yield* post(world, leadText), 503, "database error")
    }),
  )
})

describe("a webhook that is refused", () => {
  it.live("leaves a line in the log that says why, and nothing of what was sent", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({})
      const answer = yield* post(world, "{ somebody's data", { headers: { "X-Correlation-ID": id } })
      assertError(answer, 400, "malformed JSON payload", id)
      const lines = yield* logged(world)
      assert.deepStrictEqual(
        lines.map(({ level, message, reason, status_code }) => [level, message, status_code, reason]),
        [["info", "webhook refused", 400, "malformed JSON payload"]],
      )
    }),
  )
})

describe("a queue that is down", () => {
  it.live("costs no lead, and shows in the health of the whole", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({
        replace: queue(() => {}, Effect.fail(new LeadQueueUnavailable())),
      })
      assert.strictEqual((yield* post(world, leadText)).status, 200)
      assert.strictEqual((yield* ask(world, { path: "/readyz" })).status, 200)
      const deep = JSON.parse((yield* ask(world, { path: "/health/deep" })).text) as Record<string, object>
      assert.propertyVal(deep, "status", "degraded")
      assert.propertyVal(deep.database, "status", "up")
      assert.deepStrictEqual<unknown>(deep.queue, {
        type: "database",
        status: "down",
        latency_ms: null,
        depth: null,
      })
    }),
  )

  it.live("is told of a lead after its commit only", () =>
    Effect.gen(function* () {
      const told: Array<unknown> = []
      const world = yield* makeWorld({
        replace: Layer.mergeAll(
          intake((_, done) => {
            told.push("committed")
            setImmediate(done, Result.succeed({ _tag: "Stored", leadId: LeadId.make(7) }))
          }),
          queue((ids) => told.push(ids), Effect.succeed(0)),
        ),
      })
      yield* post(world, leadText)
      assert.deepStrictEqual(told, ["committed", [7]])
    }),
  )
})
