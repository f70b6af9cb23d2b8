import { assert, describe, it } from "@effect/vitest"
import { TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { setTimeout } from "node:timers/promises"
import { validLead } from "../operate/support/apps.ts"
import { startFleet } from "./support/fleet.ts"
import { startNginx } from "./support/Nginx.ts"
import { type EventStream, openStream, openStreamOverHttp2 } from "./support/protocols.ts"

/** Longer than any time of nginx but that of the stream itself: 60 s of its defaults, 65 s of idle connections. */
const quietMs = 100_000

/** Between two comments of the api, and some for a busy machine. */
const mostSilentMs = 20_000

describe("a stream of events behind nginx", () => {
  it.live("stays open while nothing happens, passes on every comment as it comes, and then an event", () =>
    Effect.gen(function* () {
      const database = yield* TestDatabase.make()
      const redis = yield* TestRedis.make()
      const fleet = yield* startFleet({ apis: 2, workers: 0, databaseUrl: database.url, redisUrl: redis.url })
      const { ask, pem, url } = yield* startNginx(fleet.apis.map(({ port }) => port))
      const streams = [openStream(url, pem), openStreamOverHttp2(url, pem)]
      yield* Effect.addFinalizer(() => Effect.sync(() => streams.forEach(({ close }) => close())))
      yield* Effect.sleep(quietMs)
      for (const { chunks, isOpen } of streams) {
        assert.isTrue(isOpen())
        const comments = chunks.filter(({ text }) => text.startsWith(":"))
        assert.isAtLeast(comments.length, Math.floor(quietMs / mostSilentMs))
        const times = chunks.map(({ at }) => at)
        for (const [index, at] of times.entries())
          assert.isBelow(at - (times[index - 1] ?? at), mostSilentMs, "they come one by one")
      }
      const sent = yield* ask("/webhooks/leads", { body: JSON.stringify(validLead) })
      assert.strictEqual(sent.status, 200, sent.text)
      const isReceived = ({ chunks }: EventStream) =>
        chunks.some(({ text }) => text.includes('"status":"RECEIVED"'))
      yield* Effect.timeout(
        Effect.promise(async () => {
          while (!streams.every(isReceived)) await setTimeout(20)
        }),
        "10 seconds",
      )
    }),
  )
})
