import { readFileSync } from "node:fs"
import { getCACertificates, setDefaultCACertificates } from "node:tls"
import { fileURLToPath } from "node:url"
import { assert, describe, it } from "@effect/vitest"
import { type ConfirmChannel, connect } from "amqplib"
import { LeadId } from "@lead-gateway/lead"
import { Duration, Effect, Exit, Fiber, Result, Scope } from "effect"
import { lookAtRabbit, RabbitUrl } from "../src/index.ts"
import { depthOf, ids, idsOf, long, range, soon, take, takeAll } from "./conformance.ts"
import { connected, logged, makeWorld, names, ready, sharedRabbit, starting, works } from "./rabbitWorld.ts"

const fixture = (name: string) => fileURLToPath(new URL(`fixtures/${name}`, import.meta.url))
const tls = { cert: fixture("redis.cert.pem"), key: fixture("redis.key.pem") }

const server = sharedRabbit({ tls })

const test = (sentence: string, run: Effect.Effect<void, unknown, Scope.Scope>) =>
  it.live(sentence, () => Effect.scoped(run), 120_000)

const look = (url: string) =>
  lookAtRabbit({ url: Result.getOrThrow(RabbitUrl.parse(url)), queue: names.queue })

/** Does something over a connection of somebody else. */
const elsewhere = (url: string, act: (channel: ConfirmChannel) => Promise<unknown>) =>
  Effect.promise(async () => {
    const connection = await connect(url)
    await act(await connection.createConfirmChannel())
    await connection.close()
  })

const worker = { takes: true }
const api = { takes: false }

describe("RabbitLeadQueue and how it gets there", () => {
  test(
    "goes to the vhost that is named, with user and password, and shows a stranger's failure once and without them",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const vhost = new URL(url).pathname.slice(1)
      yield* rabbit.evaluate(`rabbit_auth_backend_internal:add_user(<<"lead">>, <<"p@ss:w/rd">>, <<"test">>),
        rabbit_auth_backend_internal:set_permissions(<<"lead">>, <<"${vhost}">>, <<".*">>, <<".*">>, <<".*">>, <<"test">>)`)
      yield* works(yield* connected(url.replace("guest:guest", "lead:p%40ss%3Aw%2Frd")))
      const lines = yield* logged(
        Effect.gen(function* () {
          const stranger = yield* starting(url.replace("guest:guest", "lead:hunter2"), worker)
          yield* stranger.offer(ids(1))
          assert.deepStrictEqual(yield* take(stranger, "1 second"), { _tag: "AnyDue" })
          assert.strictEqual((yield* Effect.flip(stranger.depth)).message, "the lead queue is not available")
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], "ACCESS_REFUSED")
      assert.notInclude(lines.join(), "hunter2")
    }),
  )

  test(
    "speaks TLS to a server whose certificate it trusts, and to no other; tries the next node when one is away",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const host = `127.0.0.1:${rabbit.port}`
      const secure = url.replace("amqp:", "amqps:").replace(host, `127.0.0.1:${rabbit.tlsPort}`)
      const stranger = yield* starting(secure, worker)
      assert.deepStrictEqual(yield* take(stranger, "300 millis"), { _tag: "AnyDue" })
      assert.isTrue(Exit.isFailure(yield* Effect.exit(stranger.depth)))
      const before = getCACertificates("default")
      yield* Effect.acquireRelease(
        Effect.sync(() => setDefaultCACertificates([...before, readFileSync(tls.cert, "utf8")])),
        () => Effect.sync(() => setDefaultCACertificates(before)),
      )
      yield* works(yield* connected(secure))
      yield* works(yield* connected(url.replace(host, `127.0.0.1:1,${host}`)))
    }),
  )

  test(
    "uses a queue that exists as it is, also if its user may declare nothing",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const vhost = new URL(url).pathname.slice(1)
      yield* Effect.scoped(connected(url, { ...api, queueType: "classic" }))
      yield* rabbit.evaluate(`rabbit_auth_backend_internal:add_user(<<"poor">>, <<"poor">>, <<"test">>),
        rabbit_auth_backend_internal:set_permissions(<<"poor">>, <<"${vhost}">>, <<"">>, <<".*">>, <<".*">>, <<"test">>)`)
      yield* works(yield* connected(url.replace("guest:guest", "poor:poor"), worker))
    }),
  )
})

describe("lookAtRabbit", () => {
  test(
    "returns version, depth and dead letters, makes nothing, and fails with a code that holds no secret",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const before = yield* look(url)
      assert.deepInclude(before, { isVersionFit: true, deadLetters: 0 })
      assert.isUndefined(before.depth)
      assert.match(before.version, /^\d+\.\d+\.\d+/)
      const queue = yield* connected(url, api)
      yield* queue.offer(range(1, 3))
      yield* depthOf(queue, 3)
      assert.strictEqual((yield* look(url)).depth, 3)
      const refused = yield* Effect.flip(look(url.replace("guest:guest", "guest:hunter2")))
      assert.strictEqual(refused.reason, "ACCESS_REFUSED")
      const nowhere = yield* Effect.flip(look(url.replace(/test-\d+$/, "none")))
      assert.strictEqual(nowhere.reason, "NOT_ALLOWED")
      const away = yield* Effect.flip(look(url.replace(String(rabbit.port), "1")))
      assert.strictEqual(away.reason, "ECONNREFUSED")
    }),
  )
})

describe("RabbitLeadQueue and a server with faults", () => {
  test(
    "moves what is no lead's id to the dead letters, with one warning",
    Effect.gen(function* () {
      const { url } = yield* makeWorld(server)
      const lines = yield* logged(
        Effect.gen(function* () {
          const queue = yield* connected(url)
          yield* elsewhere(url, async (channel) => {
            for (const text of ["x", "-1", "3", "1e3", "99999999999999999999", "4", ""])
              channel.sendToQueue(names.queue, Buffer.from(text))
            await channel.waitForConfirms()
          })
          assert.deepStrictEqual(yield* takeAll(queue, 2), ids(3, 4))
          while ((yield* look(url)).deadLetters < 5) yield* Effect.sleep("10 millis")
          yield* works(queue)
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 1)
      assert.include(lines[0], names.dead)
    }),
  )

  test(
    "gives back soon what a worker without a free slot was delivered, and another worker gets it",
    Effect.gen(function* () {
      const { url } = yield* makeWorld(server)
      const busy = yield* connected(url)
      yield* busy.offer(range(1, 30))
      yield* depthOf(busy, 30)
      assert.deepStrictEqual(yield* take(busy, soon, 1), { _tag: "Leads", ids: ids(1) })
      const other = yield* connected(url)
      const [waited, rest] = yield* Effect.timed(takeAll(other, 29))
      assert.deepStrictEqual(
        rest.toSorted((a, b) => a - b),
        range(2, 30),
      )
      assert.isTrue(Duration.isLessThan(waited, soon))
    }),
  )

  test(
    "warns once under a memory alarm, lets workers take what is there, and says when it is over",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const lines = yield* logged(
        Effect.gen(function* () {
          const queue = yield* connected(url)
          yield* queue.offer(range(1, 3))
          yield* depthOf(queue, 3)
          yield* rabbit.memoryAlarm(true)
          while (queue.patienceMs() > 0) {
            yield* queue.offer(ids(9))
            yield* Effect.sleep("10 millis")
          }
          for (let id = 10; id < 50; id++) yield* queue.offer(ids(id))
          assert.deepStrictEqual(yield* takeAll(queue, 3), range(1, 3))
          assert.isAtLeast(yield* queue.depth, 0)
          yield* rabbit.memoryAlarm(false)
          while (queue.patienceMs() === 0) {
            yield* queue.offer(ids(100))
            yield* Effect.sleep("50 millis")
          }
          yield* Effect.repeat(take(queue, "1 second"), {
            until: (hint) => idsOf(hint).includes(LeadId.make(100)),
          })
        }).pipe(Effect.scoped),
      )
      assert.strictEqual(lines.length, 2, lines.join("\n"))
      assert.include(lines[0], "blocked")
      assert.include(lines[1], "again")
    }),
  )

  test(
    "declares a queue again that was deleted, and reports to one taker that its ids are lost",
    Effect.gen(function* () {
      const { url } = yield* makeWorld(server)
      const [queue, offering] = [yield* connected(url), yield* connected(url, api)]
      yield* queue.forgot
      yield* take(queue, "100 millis")
      yield* elsewhere(url, (channel) => channel.deleteQueue(names.queue))
      yield* offering.offer(ids(1))
      const noticed = yield* Effect.forkChild(queue.forgot)
      while (noticed.pollUnsafe() === undefined) yield* take(queue, "300 millis")
      yield* Effect.all([ready(queue), ready(offering)])
      yield* Effect.forEach(range(1, 3), () => take(queue, "300 millis"), { discard: true })
      yield* offering.offer(ids(7))
      yield* Effect.repeat(take(queue), { until: (hint) => idsOf(hint).includes(LeadId.make(7)) })
    }),
  )

  test(
    "survives a server that stands still, and does not wait for one when it stops",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const scope = yield* Scope.make()
      const queue = yield* Scope.provide(connected(url), scope)
      yield* take(queue, "10 millis")
      yield* Effect.gen(function* () {
        yield* rabbit.pause
        yield* queue.offer(ids(1))
        const [waited, hint] = yield* Effect.timed(take(queue, "3 seconds"))
        assert.deepStrictEqual(hint, { _tag: "AnyDue" })
        assert.isTrue(Duration.isLessThan(waited, soon))
        assert.strictEqual(queue.patienceMs(), 0)
      }).pipe(Effect.ensuring(rabbit.resume))
      yield* ready(queue).pipe(
        Effect.raceFirst(Effect.forever(Effect.delay(queue.offer(ids(2)), "100 millis"))),
      )
      yield* queue.offer(ids(7))
      yield* Effect.repeat(take(queue), { until: (hint) => idsOf(hint).includes(LeadId.make(7)) })

      yield* Effect.forkIn(take(queue, long), scope)
      yield* rabbit.pause
      const [stopping] = yield* Effect.timed(Scope.close(scope, Exit.void)).pipe(
        Effect.ensuring(rabbit.resume),
      )
      assert.isTrue(Duration.isLessThan(stopping, Duration.seconds(5)))
    }),
  )

  test(
    "reports to one of two takers, once, that a server came back empty, and to none if it kept its data; keeps nothing " +
      "of offers while it is away; wakes those who take again when it is back",
    Effect.gen(function* () {
      const { rabbit, url } = yield* makeWorld(server)
      const base = url.replace(/test-\d+$/, "")
      const one = yield* connected(base)
      const workers = [one, yield* connected(base)]
      const reports: Array<number> = []
      yield* Effect.forEach(workers, ({ forgot }, index) =>
        Effect.forkScoped(Effect.forever(Effect.map(forgot, () => reports.push(index)))),
      )
      const offering = yield* connected(base, api)
      while (reports.length < 1) yield* Effect.sleep("10 millis")
      yield* offering.offer(ids(1))
      yield* depthOf(one, 1)
      for (const keepsData of [true, false]) {
        const waiting = yield* Effect.forkChild(take(one, "100 seconds"))
        if (keepsData) assert.deepStrictEqual(yield* Fiber.join(waiting), { _tag: "Leads", ids: ids(1) })
        yield* rabbit.sync
        yield* rabbit.kill
        while (offering.patienceMs() > 0) yield* Effect.sleep("10 millis")
        yield* offering.offer(range(1, 1_000_000))
        if (!keepsData) yield* rabbit.wipe
        yield* rabbit.start
        yield* Effect.forEach([...workers, offering], ready)
        if (!keepsData) yield* Fiber.join(waiting)
        yield* Effect.forEach(workers, (worker) => take(worker, "1500 millis"), { concurrency: 2 })
        assert.strictEqual(reports.length, keepsData ? 1 : 2)
        assert.strictEqual(yield* offering.depth, 0)
      }
    }),
  )
})
