/** What the attacks are compared with, and whether the limit that they run under is one. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { rawSocket, statusOf } from "./support/rawSocket.ts"
import { sendHonestly } from "./support/honestSenders.ts"
import { makeTarget, peakMiB, residentMiB } from "./support/Target.ts"

describe("without an attack", () => {
  it.live("honest senders are answered within 200 ms, in less than 256 MiB", () =>
    Effect.gen(function* () {
      const target = yield* makeTarget({ memoryMiB: 256 })
      const senders = yield* sendHonestly(target.url)
      const socket = yield* Effect.promise(() => rawSocket(target.port))
      yield* Effect.promise(() => socket.write("GET /health HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"))
      assert.strictEqual(statusOf(yield* Effect.promise(() => socket.until(/OK$/))), 200)
      yield* Effect.sleep("5 seconds")
      const { answers, p99 } = yield* senders.report
      assert.deepStrictEqual(Object.keys(answers), ["200"])
      assert.isBelow(p99, 200)
      assert.isBelow(residentMiB(target.api.pid), 256)
      assert.isBelow(peakMiB(target.api.pid), 256)
    }).pipe(Effect.scoped),
  )
})
