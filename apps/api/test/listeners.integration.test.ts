import { assert, it } from "@effect/vitest"
import { Duration, Effect, Schedule } from "effect"
import { once } from "node:events"
import { connect } from "node:net"
import { makeWorld } from "./support/World.ts"

it.live(
  "a process has 1,000 listeners of live events and not one more, also when all come at once",
  () =>
    Effect.gen(function* () {
      const { port } = yield* makeWorld()
      const listen = async () => {
        const socket = connect(port, "127.0.0.1")
        socket.write("GET /api/v1/events HTTP/1.1\r\nHost: localhost\r\n\r\n")
        const [head] = (await once(socket, "data")) as [Buffer]
        return { socket, answer: head.toString() }
      }
      const listeners = yield* Effect.promise(() => Promise.all(Array.from({ length: 1_010 }, listen)))
      const isServed = ({ answer }: { readonly answer: string }) => answer.startsWith("HTTP/1.1 200 ")
      const [refused] = listeners.filter((listener) => !isServed(listener))
      assert.lengthOf(listeners.filter(isServed), 1_000)
      assert.match(refused?.answer ?? "", /^HTTP\/1.1 503 [^]*too many listeners: 1000 of one process/)

      // Whoever leaves makes room, long before the next comment.
      listeners.find(isServed)?.socket.destroy()
      const again = Effect.promise(async () => {
        const listener = await listen()
        if (!isServed(listener)) listener.socket.destroy()
        return listener
      })
      const [took, later] = yield* Effect.timed(
        Effect.repeat(again, { until: isServed, schedule: Schedule.spaced("100 millis") }),
      )
      assert.isTrue(isServed(later))
      assert.isBelow(Duration.toMillis(took), 5_000)
      for (const { socket } of [...listeners, later]) socket.destroy()
    }).pipe(Effect.scoped),
  120_000,
)
