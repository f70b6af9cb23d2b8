import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { LeadWork } from "@lead-gateway/lead-store"
import { Effect, Layer, Scope } from "effect"
import { connect } from "node:net"
import { ask, postLead } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { listenTo, type SentEvent } from "./support/Listener.ts"
import { exchange, statuses } from "./support/raw.ts"
import { decide } from "./support/work.ts"
import { makeDatabase, makeWorld, type WorldShape } from "./support/World.ts"

const statusesOf = (id: number) => (events: ReadonlyArray<SentEvent>) =>
  events.flatMap(({ data, event }) => (event === "lead" && data["id"] === id ? [data["status"]] : []))

const reached = (id: number, status: string) => (events: ReadonlyArray<SentEvent>) =>
  statusesOf(id)(events).includes(status)

const deliver = (world: WorldShape, id: number, answers: ReadonlyArray<number | null> = [200]) =>
  Effect.provide(
    decide(id, "READY", answers),
    LeadWork.layer.pipe(Layer.provide(Layer.succeed(PgClient.PgClient, world.sql))),
  )

describe("live events", () => {
  it.live("say what becomes of leads, in order, each with its id and its time", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const before = yield* postLead(world, leadText)
      const listener = yield* listenTo(world.port)
      assert.strictEqual(listener.status, 200)
      assert.strictEqual(listener.headers["content-type"], "text/event-stream")
      assert.strictEqual(listener.headers["cache-control"], "no-store")
      const id = yield* postLead(world, leadText)
      yield* listener.until(reached(id, "RECEIVED"))
      yield* deliver(world, id, [503, 200])
      yield* listener.until(reached(id, "DELIVERED"))
      assert.deepStrictEqual(statusesOf(id)(listener.events), ["RECEIVED", "READY", "FAILED", "DELIVERED"])
      assert.deepStrictEqual(statusesOf(before)(listener.events), [])
      for (const { data, event, id } of listener.events) {
        assert.strictEqual(event, "lead")
        assert.match(String(id), /^\d+\.\d+(\.\d+)?$/)
        assert.deepStrictEqual(Object.keys(data), ["id", "status", "at"])
        assert.closeTo(Date.parse(String(data["at"])), Date.now(), 60_000)
      }
      assert.lengthOf(new Set(listener.events.map(({ id }) => id)), listener.events.length)
      world.secrecy.assertKept()
    }).pipe(Effect.scoped),
  )

  it.live(
    "end when the listener's token is revoked or has expired",
    () =>
      Effect.gen(function* () {
        const token = "an-operator-token"
        const world = yield* makeWorld({
          auth: { sharedSecrets: ["a-shared-secret"], operatorTokens: [token] },
        })
        yield* waitUntilReady(world)
        const call = (method: string, path: string, body?: object) =>
          ask(world, {
            method,
            path,
            headers: {
              Authorization: `Bearer ${token}`,
              ...(body && { "Content-Type": "application/json" }),
            },
            ...(body && { body: JSON.stringify(body) }),
          })
        const make = (more: object = {}) =>
          Effect.map(call("POST", "/api/v1/tokens", { name: "x", role: "viewer", ...more }), ({ text }) => {
            return JSON.parse(text) as { readonly id: number; readonly token: string }
          })
        const [kept, revoked] = [yield* make(), yield* make()]
        const expiring = yield* make({ expires_at: new Date(Date.now() + 3_000).toISOString() })
        const [stays, ends, endsToo] = yield* Effect.forEach([kept, revoked, expiring], ({ token }) =>
          listenTo(world.port, { token }),
        )
        assert.deepStrictEqual([stays?.status, ends?.status, endsToo?.status], [200, 200, 200])
        yield* call("DELETE", `/api/v1/tokens/${revoked.id}`)
        const from = performance.now()
        while (!(ends?.isClosed() === true && endsToo?.isClosed() === true)) {
          assert.isBelow(performance.now() - from, 20_000, "a stream outlives its token")
          yield* Effect.sleep("100 millis")
        }
        assert.isFalse(stays?.isClosed())
        world.secrecy.assertKept()
      }).pipe(Effect.scoped),
    30_000,
  )

  it.live("reach the listeners of every process, and cost nothing when nobody listens", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const [one, other] = [yield* makeWorld({ databaseUrl: url }), yield* makeWorld({ databaseUrl: url })]
      yield* waitUntilReady(one)
      yield* waitUntilReady(other)
      yield* postLead(one, leadText)
      assert.deepStrictEqual(yield* rowsOf(one), [])
      const listener = yield* listenTo(other.port)
      const id = yield* postLead(one, leadText)
      yield* listener.until(reached(id, "RECEIVED"))
      assert.lengthOf(yield* rowsOf(one), 1)
    }).pipe(Effect.scoped),
  )

  it.live("resume after the last one that was seen, at any process, with none left out", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const [one, other] = [yield* makeWorld({ databaseUrl: url }), yield* makeWorld({ databaseUrl: url })]
      yield* waitUntilReady(one)
      yield* waitUntilReady(other)
      const first = yield* listenTo(one.port)
      const seen = yield* postLead(one, leadText)
      yield* first.until(reached(seen, "RECEIVED"))
      const lastEventId = first.events.at(-1)?.id
      yield* first.close
      const missed = yield* Effect.forEach(Array.from({ length: 20 }), () => postLead(one, leadText), {
        concurrency: 10,
      })
      for (const world of [other, one]) {
        const again = yield* listenTo(world.port, { lastEventId })
        yield* again.until((events) => missed.every((id) => reached(id, "RECEIVED")(events)))
        assert.deepStrictEqual(statusesOf(seen)(again.events), [])
        assert.lengthOf(again.events, missed.length)
        // In the middle of what one statement stored, too.
        const middle = again.events[9]?.id
        const rest = yield* listenTo(world.port, { lastEventId: middle })
        yield* rest.until((events) => events.length >= again.events.length - 10)
        assert.deepStrictEqual(rest.events, again.events.slice(10))
        const count = rest.events.length
        const live = yield* postLead(other, leadText)
        yield* rest.until(reached(live, "RECEIVED"))
        assert.lengthOf(rest.events, count + 1)
        missed.push(live)
      }
    }).pipe(Effect.scoped),
  )

  it.live("say when what was missed is gone", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const world = yield* makeWorld({ databaseUrl: url })
      yield* waitUntilReady(world)
      for (const lastEventId of ["999.0", "nonsense", "1042.0.99999", "-1.0"]) {
        const listener = yield* listenTo(world.port, { lastEventId })
        yield* listener.until((events) => events.length > 0)
        assert.deepStrictEqual(listener.events, [{ id: undefined, event: "reset", data: {} }], lastEventId)
      }
      const listener = yield* listenTo(world.port)
      const id = yield* postLead(world, leadText)
      yield* listener.until(reached(id, "RECEIVED"))
      const lastEventId = listener.events.at(-1)?.id
      // As after five minutes without listeners.
      yield* world.sql`UPDATE lead_listener SET listens_until = now() - interval '1 s'`
      yield* postLead(world, leadText)
      const other = yield* makeWorld({ databaseUrl: url })
      yield* waitUntilReady(other)
      const late = yield* listenTo(other.port, { lastEventId })
      yield* late.until((events) => events.length > 0)
      assert.deepStrictEqual(late.events[0], { id: undefined, event: "reset", data: {} })
    }).pipe(Effect.scoped),
  )

  it.live("of a statement that commits late follow those of later ones that did not", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const listener = yield* listenTo(world.port)
      yield* world.sql`INSERT INTO lead_change (seq, state, lead_ids) VALUES (nextval('lead_change_seq'), 'RECEIVED', '{1}')`
      yield* listener.until((events) => events.length === 1)
      const { sql } = world
      yield* Effect.gen(function* () {
        yield* sql`INSERT INTO lead_change (seq, state, lead_ids) VALUES (nextval('lead_change_seq'), 'RECEIVED', '{2}')`
        yield* postLead(world, leadText)
        yield* listener.until((events) => events.length === 2)
      }).pipe(sql.withTransaction)
      yield* listener.until((events) => events.length === 3)
      assert.strictEqual(listener.events.at(-1)?.data["id"], 2)
      const second = listener.events[1]?.id
      // The listener that had not seen it yet gets it when it resumes.
      const again = yield* listenTo(world.port, { lastEventId: second })
      yield* again.until((events) => events.length === 1)
      assert.strictEqual(again.events[0]?.data["id"], 2)
    }).pipe(Effect.scoped),
  )

  it.live("are the newest where there are too many, with how many were left out", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const listener = yield* listenTo(world.port)
      yield* world.sql`
        INSERT INTO lead_change (state, lead_ids) SELECT 'DELIVERED', array_agg(id) FROM generate_series(1, 1500) AS id`
      yield* listener.until(reached(1500, "DELIVERED"))
      assert.deepStrictEqual(listener.events[0], { id: undefined, event: "skipped", data: { count: 1300 } })
      assert.lengthOf(listener.events, 201)
      const again = yield* listenTo(world.port, { lastEventId: "0.0" })
      yield* again.until((events) => events.length > 0)
      assert.strictEqual(again.events[0]?.event, "reset")
    }).pipe(Effect.scoped),
  )

  it.live("end when the api stops, at once", () =>
    Effect.gen(function* () {
      const scope = yield* Effect.scope
      const { url } = yield* makeDatabase()
      const listener = yield* Effect.scoped(
        Effect.gen(function* () {
          const world = yield* makeWorld({ databaseUrl: url })
          yield* waitUntilReady(world)
          return yield* Effect.provideService(listenTo(world.port), Scope.Scope, scope)
        }),
      ).pipe(Effect.timeout("4 seconds"))
      yield* listener.until(() => listener.isClosed())
    }).pipe(Effect.scoped),
  )

  it.live("go on for others when one does not read", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const [slow, quick] = [yield* listenTo(world.port), yield* listenTo(world.port)]
      slow.pause()
      // More than the buffers of both sides hold.
      for (let index = 0; index < 1200 && !slow.isClosed(); index++) {
        yield* world.sql`
          INSERT INTO lead_change (state, lead_ids) SELECT 'DELIVERED', array_agg(id) FROM generate_series(1, 200) AS id`
        if (index % 100 === 0) yield* Effect.sleep(150)
      }
      const id = yield* postLead(world, leadText)
      yield* quick.until(reached(id, "RECEIVED"))
    }).pipe(Effect.scoped),
  )

  it.live("reach a listener that has closed its half of the connection, and reads on", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      const text = { received: "" }
      const socket = yield* Effect.acquireRelease(
        Effect.sync(() => connect({ port: world.port, host: "127.0.0.1", allowHalfOpen: true })),
        (made) => Effect.sync(() => made.destroy()),
      )
      socket.setEncoding("utf8").on("data", (part: string) => (text.received += part))
      socket.end("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
      // It is asked whether it is still there.
      while (text.received.split("\n:\n\n").length <= 3) yield* Effect.sleep(10)
      const id = yield* postLead(world, leadText)
      while (!text.received.includes(`data: {"id":${id},"status":"RECEIVED"`)) yield* Effect.sleep(10)
      assert.isFalse(socket.destroyed)
    }).pipe(Effect.scoped),
  )

  it.live("reach others after a listener whose request is broken", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      // Its body is found broken while it waits to join.
      const broken =
        "GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\nno size\r\n"
      for (let round = 0; round < 3; round++) {
        const answers = yield* Effect.forEach([1, 2, 3], () => exchange(world.port, broken), {
          concurrency: 3,
        })
        assert.deepStrictEqual(answers.flatMap(statuses), [400, 400, 400])
        const listener = yield* listenTo(world.port).pipe(Effect.timeout("5 seconds"))
        const id = yield* postLead(world, leadText)
        yield* listener.until(reached(id, "RECEIVED"))
        yield* listener.close
      }
      const lines = yield* world.log
      assert.deepStrictEqual(
        lines.filter(({ level }) => level === "error"),
        [],
      )
    }).pipe(Effect.scoped),
  )

  it.live("are for operators, and HEAD has no body", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({
        auth: { sharedSecrets: ["a-shared-secret"], operatorTokens: ["an-operator-token"] },
      })
      assert.strictEqual((yield* listenTo(world.port)).status, 401)
      assert.strictEqual((yield* listenTo(world.port, { token: "an-operator-token" })).status, 200)
      const head = yield* ask(world, {
        method: "HEAD",
        path: "/api/v1/events",
        headers: { Authorization: "Bearer an-operator-token" },
      })
      assert.strictEqual(head.status, 200)
      assert.strictEqual(head.headers["content-type"], "text/event-stream")
    }).pipe(Effect.scoped),
  )
})

/** A world on a database of somebody else does not wait until it is ready. */
const waitUntilReady = (world: WorldShape) =>
  Effect.gen(function* () {
    while ((yield* ask(world, { path: "/readyz" })).status !== 200) yield* Effect.sleep(20)
  })

const rowsOf = ({ sql }: WorldShape) => sql`SELECT seq FROM lead_change`
