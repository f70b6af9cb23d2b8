import { connect } from "node:net"
import { once } from "node:events"
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { TestRabbit } from "../src/index.ts"

/** What the server says to an AMQP header within 300 ms; nothing if it does not accept or answer. */
const greeting = (port: number) =>
  Effect.promise(async () => {
    const socket = connect(port, "127.0.0.1")
    socket.setTimeout(300, () => socket.destroy(new Error("no answer")))
    socket.write("AMQP\0\0\u0009\u0001")
    return once(socket, "data")
      .then(([data]) => String(data))
      .catch(() => "")
      .finally(() => socket.destroy())
  })

describe("TestRabbit", () => {
  it.live(
    "keeps its data when it is killed, loses them when they are wiped, answers nobody while paused, and has an alarm",
    () =>
      Effect.gen(function* () {
        const rabbit = yield* TestRabbit.make()
        const vhosts = Effect.map(rabbit.evaluate("length(rabbit_vhost:list_names())"), Number)
        assert.strictEqual(new URL(yield* rabbit.vhost).pathname, "/test-1")
        assert.include(yield* greeting(rabbit.port), "RabbitMQ")

        yield* rabbit.pause
        assert.strictEqual(yield* greeting(rabbit.port), "")
        yield* rabbit.resume
        assert.include(yield* greeting(rabbit.port), "RabbitMQ")

        yield* rabbit.memoryAlarm(true)
        assert.include(yield* rabbit.evaluate("rabbit_alarm:get_alarms()"), "memory")
        yield* rabbit.memoryAlarm(false)
        assert.strictEqual(yield* rabbit.evaluate("rabbit_alarm:get_alarms()"), "[]")

        yield* rabbit.kill
        assert.strictEqual(yield* greeting(rabbit.port), "")
        yield* rabbit.start
        assert.strictEqual(yield* vhosts, 2)
        yield* rabbit.kill
        yield* rabbit.wipe
        yield* rabbit.start
        assert.strictEqual(yield* vhosts, 1)
      }).pipe(Effect.scoped),
    240_000,
  )
})
