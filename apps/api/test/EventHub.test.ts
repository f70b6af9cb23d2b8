import { assert, describe, it } from "@effect/vitest"
import { LeadId } from "@lead-gateway/lead"
import { type LeadChange, LeadChanges } from "@lead-gateway/lead-store"
import { Telemetry } from "@lead-gateway/runtime"
import { Effect, Exit, Fiber } from "effect"
import { createServer, type Server, type ServerResponse } from "node:http"
import type { AddressInfo } from "node:net"
import { setImmediate } from "node:timers/promises"
import { makeEventHub } from "../src/EventHub.ts"
import { listenTo } from "./support/Listener.ts"

const logging = (lines: Array<string>) =>
  Telemetry.layer({
    service: "api",
    level: "info",
    format: "json",
    sink: { writable: true, write: (text: string) => lines.push(...text.trim().split("\n")), on: () => {} },
  })

/** A hub, the changes that it reads, and a server whose requests are its listeners. */
const makeHub = Effect.gen(function* () {
  const rows: Array<LeadChange> = []
  const responses: Array<ServerResponse> = []
  const script = { readsThatFail: 0, resumesThatFail: 0, reads: 0, isSilent: false }
  const bug = new TypeError("cannot read erika@privat.example")
  const changes = LeadChanges.of({
    listen: Effect.suspend(() => (script.isSilent ? Effect.never : Effect.succeed(0))),
    after: (seq) =>
      Effect.sync(() => {
        script.reads++
        if (script.readsThatFail-- > 0) throw bug
        return rows.filter((row) => row.seq > seq)
      }),
    isKept: () =>
      Effect.suspend(() => {
        if (script.isSilent) return Effect.never
        if (script.resumesThatFail-- > 0) throw bug
        return Effect.succeed(true)
      }),
    prune: () => Effect.void,
  })
  const hub = yield* Effect.provideService(makeEventHub(), LeadChanges, changes)
  const run = Effect.runForkWith(yield* Effect.context())
  const serve = (response: ServerResponse, lastEventId: string | undefined) =>
    Effect.onExit(hub.serve(response, lastEventId), (exit) =>
      Effect.sync(() => {
        if (Exit.isFailure(exit)) response.writeHead(500).end()
      }),
    )
  const server = yield* Effect.acquireRelease(
    Effect.callback<Server>((resume) => {
      const made = createServer((request, response) => {
        responses.push(response)
        run(serve(response, request.headers["last-event-id"]?.toString()))
      }).listen(0, "127.0.0.1", () => resume(Effect.succeed(made)))
    }),
    (made) => Effect.sync(() => made.close().closeAllConnections()),
  )
  const change = (id: number) => {
    rows.push({ seq: id, at: new Date(), state: "RECEIVED", leadIds: [LeadId.make(id)] })
  }
  return { change, close: hub.close, port: (server.address() as AddressInfo).port, responses, script }
})

describe("the hub of live events", () => {
  it.live(
    "goes on after a bug, which is logged without what it quotes; listeners are told of the gap",
    () => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const { change, port, script } = yield* makeHub
        const listener = yield* listenTo(port)
        script.readsThatFail = 1
        yield* listener.until((events) => events.at(-1)?.event === "reset")
        assert.strictEqual((yield* listenTo(port)).status, 200)
        change(7)
        yield* listener.until((events) => events.at(-1)?.data["id"] === 7)
        yield* Effect.promise(() => setImmediate())
        assert.lengthOf(lines, 1)
        assert.include(lines[0], `"level":"error","message":"sending live events failed, and begins again"`)
        assert.notInclude(lines[0], "erika")
      }).pipe(Effect.scoped, Effect.provide(logging(lines)))
    },
  )

  it.live("fails for one listener alone when there is a bug in how it resumes", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { change, port, script } = yield* makeHub
      const other = yield* listenTo(port)
      script.resumesThatFail = 1
      assert.strictEqual((yield* listenTo(port, { lastEventId: "1.0" })).status, 500)
      assert.strictEqual((yield* listenTo(port, { lastEventId: "1.0" })).status, 200)
      change(7)
      yield* other.until((events) => events.at(-1)?.data["id"] === 7)
      assert.lengthOf(other.events, 1)
    }).pipe(Effect.scoped, Effect.provide(logging(lines)))
  })

  it.live("writes nothing to a stream that was ended and that its listener has not read yet", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { change, port, responses } = yield* makeHub
      const [slow, quick] = [yield* listenTo(port), yield* listenTo(port)]
      const [response] = responses
      const errors: Array<Error> = []
      response?.on("error", (error) => errors.push(error))
      slow.pause()
      response?.write(Buffer.alloc(200 * 1024))
      // As when its token was revoked.
      response?.end()
      change(7)
      yield* quick.until((events) => events.at(-1)?.data["id"] === 7)
      assert.isFalse(slow.isClosed())
      assert.deepStrictEqual(errors, [])
    }).pipe(Effect.scoped, Effect.provide(logging(lines)))
  })

  it.live("asks the database nothing more once it is closed, also while a listener does not read", () => {
    const lines: Array<string> = []
    return Effect.gen(function* () {
      const { close, port, responses, script } = yield* makeHub
      const slow = yield* listenTo(port)
      slow.pause()
      responses[0]?.write(Buffer.alloc(8 * 1024 * 1024))
      yield* close
      yield* Effect.sleep("700 millis")
      const { reads } = script
      yield* Effect.sleep("700 millis")
      assert.isFalse(slow.isClosed())
      assert.strictEqual(script.reads, reads)
    }).pipe(Effect.scoped, Effect.provide(logging(lines)))
  })

  it.live.each(["first", "1.0"])(
    "lets no listener wait once it is closed, while the database is silent (%s)",
    (lastEventId) => {
      const lines: Array<string> = []
      return Effect.gen(function* () {
        const { close, port, script } = yield* makeHub
        const isFirst = lastEventId === "first"
        if (!isFirst) yield* listenTo(port)
        script.isSilent = true
        const waiting = yield* Effect.forkChild(listenTo(port, isFirst ? {} : { lastEventId }))
        yield* Effect.sleep("700 millis")
        yield* close
        const { status } = yield* Effect.timeout(Fiber.join(waiting), "5 seconds")
        assert.strictEqual(status, 500)
      }).pipe(Effect.scoped, Effect.provide(logging(lines)))
    },
  )
})
