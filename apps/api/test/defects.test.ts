import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { LeadQueue, LeadQueueUnavailable } from "@lead-gateway/lead-queue"
import { DataRefused, LeadIntake, LeadReader } from "@lead-gateway/lead-store"
import { Duration, Effect, Layer } from "effect"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

/** The worst that could be thrown: it quotes the lead. */
const bug = new Error(`cannot store ${leadText}`)
const sql = 'insert into inbound_lead values ("customer@example.com")'
const id = "req-of-the-bug"

const intake = (receive: LeadIntake["Service"]["receive"]) => Layer.succeed(LeadIntake, { receive })

/** The lines that were logged for the request. */
const logged = ({ log }: WorldShape) =>
  Effect.map(log, (lines) => lines.filter(({ correlation_id }) => correlation_id === id))

describe("a bug", () => {
  it.live.each([
    [
      "is thrown",
      () => {
        throw bug
      },
    ],
    ["is a defect", () => Effect.die(bug)],
    ["is no error at all", () => Effect.die({ sql, leadText })],
  ] as const)("in intake that %s is answered 500, and told to the log alone", ([, receive]) =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ replace: intake(receive) })
      const answer = yield* post(world, leadText, { headers: { "X-Correlation-ID": id } })
      assertError(answer, 500, "internal server error", id)
      const lines = yield* logged(world)
      assert.deepStrictEqual(
        lines.map(({ level, message }) => [level, message]),
        [["error", "intake failed"]],
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
        Array.from({ length: 3 }, () => ["error", "request failed"]),
      )
    }),
  )
})

describe("what Postgres refuses", () => {
  it.live("is answered 400, since sending it again would not help", () =>
    Effect.gen(function* () {
      const refused = new DataRefused({ operation: "LeadIntake.receive", sqlState: "22P05" })
      const world = yield* makeWorld({ replace: intake(() => Effect.fail(refused)) })
      assertError(yield* post(world, leadText), 400, "malformed JSON payload")
      assert.include(
        (yield* world.log).map(({ message }) => message),
        "LeadIntake.receive: Postgres refused a value (22P05)",
      )
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
        replace: Layer.succeed(LeadQueue, {
          offer: () => Effect.void,
          take: () => Effect.never,
          depth: Effect.fail(new LeadQueueUnavailable()),
          patience: Effect.succeed(Duration.zero),
          forgot: Effect.never,
        }),
      })
      assert.strictEqual((yield* post(world, leadText)).status, 200)
      assert.strictEqual((yield* ask(world, { path: "/readyz" })).status, 200)
      const deep = JSON.parse((yield* ask(world, { path: "/health/deep" })).text) as Record<string, object>
      assert.propertyVal(deep, "status", "down")
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
          intake(() =>
            Effect.as(
              Effect.sync(() => told.push("committed")),
              LeadId.make(7),
            ),
          ),
          Layer.succeed(LeadQueue, {
            offer: (ids) => Effect.sync(() => void told.push(ids)),
            take: () => Effect.never,
            depth: Effect.succeed(0),
            patience: Effect.succeed(Duration.zero),
            forgot: Effect.never,
          }),
        ),
      })
      yield* post(world, leadText)
      assert.deepStrictEqual(told, ["committed", [7]])
    }),
  )
})
