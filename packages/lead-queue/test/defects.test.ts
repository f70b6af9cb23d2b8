/** What becomes of the queue's loops when one of their steps has a bug. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { Context, Duration, Effect, Layer, Logger, Queue, Result, type Scope } from "effect"
import { LeadQueue, PostgresLeadQueue, RedisUrl } from "../src/index.ts"
import { type Connection, makeConnection } from "../src/internal/connection.ts"
import { makeOffers } from "../src/internal/offers.ts"
import { RedisFailure } from "../src/internal/session.ts"
import { makeTakes } from "../src/internal/takes.ts"

const key = "queue:process_lead"
const ids = (...numbers: ReadonlyArray<number>) => numbers.map((number) => LeadId.make(number))

const bug = new TypeError("of erika@privat.example")

/** A step that has a bug the first time, and then gives what it should. */
const secondTime = <A>(value: () => A) => {
  let isFirst = true
  return Effect.sync(() => {
    if (!isFirst) return value()
    isFirst = false
    throw bug
  })
}

/** The errors that are logged meanwhile. */
const errors = (run: Effect.Effect<unknown, unknown, Scope.Scope>) => {
  const lines: Array<string> = []
  const logger = Logger.make<unknown, void>(({ logLevel, message }) => {
    if (logLevel === "Error") lines.push(String(message))
  })
  return run.pipe(Effect.scoped, Effect.provide(Logger.layer([logger])), Effect.as(lines))
}

const ready = (run: Connection["run"]): Connection => ({ begin: Effect.void, isReady: () => true, run })

const within = Duration.seconds(10)

describe("a bug in a step of the queue's loops is logged, and the loop goes on", { concurrent: true }, () => {
  it.live("when leads are offered to Redis", () =>
    Effect.gen(function* () {
      const isPushed = yield* Queue.unbounded<void>()
      const push = secondTime(() => void Queue.offerUnsafe(isPushed, undefined))
      const lines = yield* errors(
        Effect.gen(function* () {
          const offers = yield* makeOffers({
            server: "Redis",
            isReady: () => true,
            push: () => push as never,
            isLost: () => false,
            onRefused: () => Effect.void,
            onAccepted: Effect.void,
          })
          // Pushed by the thousand: the rest waits for no other offer.
          offers.add(ids(...Array.from({ length: 1500 }, (_, index) => index + 1)))
          yield* Effect.timeout(Queue.take(isPushed), within)
        }),
      )
      assert.deepStrictEqual(lines, ["offering leads to Redis failed, and begins again"])
    }),
  )

  it.live("when leads are taken from Redis", () =>
    Effect.gen(function* () {
      const pop = secondTime(() => ["7"])
      const lines = yield* errors(
        Effect.gen(function* () {
          const takes = makeTakes({
            blocking: ready(() => pop as never),
            commands: ready(() => Effect.fail(new RedisFailure({ reason: "none" }))),
            key,
            blockedId: () => undefined,
          })
          yield* takes.begin
          assert.deepStrictEqual(yield* takes.take({ max: 10, within }), { _tag: "Leads", ids: ids(7) })
        }),
      )
      assert.deepStrictEqual(lines, ["taking leads from Redis failed, and begins again"])
    }),
  )

  it.live("when it connects to Redis", () =>
    Effect.gen(function* () {
      const isAway = yield* Queue.unbounded<void>()
      const away = secondTime(() => void Queue.offerUnsafe(isAway, undefined))
      const lines = yield* errors(
        Effect.gen(function* () {
          const connection = makeConnection({
            // Nobody listens there.
            url: Result.getOrThrow(RedisUrl.parse("redis://127.0.0.1:1")),
            key,
            onOpen: () => Effect.void,
            onReady: Effect.void,
            onAway: () => away,
          })
          yield* connection.begin
          yield* Effect.timeout(Queue.take(isAway), within)
        }),
      )
      assert.deepStrictEqual(lines, ["the connection to Redis failed, and begins again"])
    }),
  )

  it.live("when workers are woken by Postgres, and when they listen", () =>
    Effect.gen(function* () {
      const isNotified = yield* Queue.unbounded<void>()
      const notify = secondTime(() => void Queue.offerUnsafe(isNotified, undefined))
      const notifications = yield* Queue.unbounded<string>()
      const listen = secondTime(() => notifications)
      const sql = Object.assign(() => Effect.succeed([]), { notify: () => notify, listen: () => listen })
      const Driver = PostgresLeadQueue.layer({ listen: true }).pipe(
        Layer.provide(Layer.succeed(PgClient.PgClient, sql as never)),
      )
      const lines = yield* errors(
        Effect.gen(function* () {
          const queue = Context.get(yield* Layer.build(Driver), LeadQueue)
          queue.offerUnsafe(ids(1))
          // It wakes once when it listens.
          yield* queue.take({ max: 1, within })
          queue.offerUnsafe(ids(2))
          yield* Effect.timeout(Queue.take(isNotified), within)
        }),
      )
      assert.deepStrictEqual(lines.toSorted(), [
        "listening for leads failed, and begins again",
        "waking workers failed, and begins again",
      ])
    }),
  )
})
