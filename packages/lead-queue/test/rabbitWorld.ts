/** A RabbitMQ for all tests of a file, and processes that use it. Each test has a vhost of its own. */
import { afterAll, assert, beforeAll } from "@effect/vitest"
import { TestRabbit, type TestRabbitOptions } from "@lead-gateway/testkit"
import { Context, type Duration, Effect, Exit, Layer, Logger, Result, Scope } from "effect"
import { LeadQueue, RabbitLeadQueue, RabbitUrl } from "../src/index.ts"
import { answering, range, takeAll, type World } from "./conformance.ts"

/** The names that the tests use. */
export const names = { queue: "queue:process_lead", dead: "queue:process_lead.dead" }

export interface ProcessOptions extends Partial<Omit<RabbitLeadQueue.RabbitQueue, "url">> {
  readonly takes: boolean
  readonly patience?: Duration.Duration
}

/** The queue of one more process, which may not be connected yet. */
export const starting = (url: string, options: ProcessOptions) =>
  Effect.gen(function* () {
    const context = yield* Layer.build(
      Layer.fresh(
        RabbitLeadQueue.layer({
          url: Result.getOrThrow(RabbitUrl.parse(url)),
          queue: names.queue,
          queueType: "quorum",
          prefetch: 20,
          ...options,
        }),
      ),
    )
    return Context.get(context, LeadQueue)
  })

export const connected = (url: string, options: ProcessOptions = { takes: true }) =>
  Effect.flatMap(starting(url, options), ready)

/** Waits until both connections are there. */
export const ready = (queue: LeadQueue["Service"]) =>
  Effect.andThen(
    answering(queue),
    Effect.gen(function* () {
      while (queue.patienceMs() === 0) yield* Effect.sleep("10 millis")
      return queue
    }),
  )

/** Starts a server before the tests of this file, and ends it after them. */
export const sharedRabbit = (options: TestRabbitOptions = {}): (() => TestRabbit) => {
  let server: TestRabbit | undefined
  const scope = Scope.makeUnsafe()
  beforeAll(async () => {
    server = await Effect.runPromise(Scope.provide(TestRabbit.make(options), scope))
  }, 180_000)
  afterAll(() => Effect.runPromise(Scope.close(scope, Exit.void)))
  return () => {
    assert.isDefined(server)
    return server
  }
}

export const makeWorld = (server: () => TestRabbit, queueType: "quorum" | "classic" = "quorum") =>
  Effect.gen(function* () {
    const rabbit = server()
    const url = yield* rabbit.vhost
    const world: World = {
      process: ({ takes }) => connected(url, { takes, queueType }),
      down: Effect.andThen(rabbit.sync, rabbit.kill),
      up: rabbit.start,
    }
    return { rabbit, url, ...world }
  })

/** Checks that leads which are offered can be taken. */
export const works = Effect.fnUntraced(function* (queue: LeadQueue["Service"]) {
  yield* queue.offer(range(1, 5))
  // What came back from another connection is at another place.
  assert.sameMembers(yield* takeAll(queue, 5), range(1, 5))
  assert.strictEqual(yield* queue.depth, 0)
})

/** The lines that are logged meanwhile. */
export const logged = <A, E, R>(effect: Effect.Effect<A, E, R>) => {
  const lines: Array<string> = []
  const logger = Logger.map(Logger.formatJson, (line) => void lines.push(line))
  return Effect.as(Effect.provide(effect, Logger.layer([logger])), lines)
}
