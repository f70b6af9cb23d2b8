import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Deferred, Effect, Exit, Redacted, Scope } from "effect"
import { chmodSync, mkdtempSync, rmSync } from "node:fs"
import { tmpdir } from "node:os"
import { join } from "node:path"
import { migrate } from "./support/schema.ts"
import { waitForLock } from "./support/rows.ts"
import { World } from "./support/World.ts"

/** A customer that answers 200 as soon as something has happened, and no earlier. */
const after = <E>(event: Effect.Effect<unknown, E>): CustomerBehaviour => ({
  answer: (response) => void Effect.runPromise(event).then(() => response.end()),
})

const { reply } = CustomerBehaviour

describe("a worker whose Postgres goes away", () => {
  it.live("records what the customer answered while its connections were cut", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      const lead = yield* world.receive({ answers: [after(world.cutConnections)] })
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.strictEqual(deliveryAttempts.length, 1)
      assert.deepInclude(deliveryAttempts[0], { attemptNo: 1, success: true, statusCode: 200 })
    }),
  )

  it.live("goes on with the next leads", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      for (const _ of [1, 2]) {
        yield* world.cutConnections
        const lead = yield* Effect.retry(world.receive(), { times: 3 })
        yield* world.reached(lead.id, "DELIVERED")
      }
    }),
  )

  it.live("spends no attempt on what it could not open, and sends it under the same number", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const [locked, unlock] = yield* Effect.all([Deferred.make<void>(), Deferred.make<void>()])
      const lead = yield* world.receive()
      // Claims pass this lock; opening a first attempt waits for it.
      yield* world.sql`LOCK TABLE decision IN EXCLUSIVE MODE`.pipe(
        Effect.andThen(Deferred.succeed(locked, undefined)),
        Effect.andThen(Deferred.await(unlock)),
        world.sql.withTransaction,
        Effect.forkScoped,
      )
      yield* Deferred.await(locked)
      yield* world.startWorker()
      for (const pid of yield* waitForLock(world))
        yield* world.sql`SELECT pg_terminate_backend(${pid}::integer)`
      yield* Deferred.succeed(unlock, undefined)
      const { deliveryAttempts, events } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(
        deliveryAttempts.map(({ attemptNo, success }) => [attemptNo, success]),
        [[1, true]],
      )
      assert.notInclude(
        events.map(({ type }) => type),
        "attempt_outcome_unknown",
      )
    }),
  )

  it.live("records what the customer answered while the server was down, when it is back", () =>
    Effect.gen(function* () {
      const folder = yield* Effect.acquireRelease(Effect.sync(makeFolder), (made) =>
        Effect.sync(() => rmSync(made, { recursive: true, force: true })),
      )
      const first = yield* startServer({ dataDir: folder })
      yield* migrate(first.url)
      const world = yield* World.make({ databaseUrl: first.url })
      yield* world.startWorker()
      const stopped = yield* Effect.cached(first.stop)
      const delivered = yield* world.receive({ answers: [after(stopped)] })
      const failed = yield* world.receive({ answers: [reply({ status: 422 })] })
      yield* world.customer.received(1)
      yield* stopped
      yield* startServer({ dataDir: folder, port: first.port })
      for (const [lead, status] of [
        [delivered, "DELIVERED"],
        [failed, "PERMANENTLY_FAILED"],
      ] as const) {
        const { deliveryAttempts } = yield* world.reached(lead.id, status)
        assert.strictEqual(deliveryAttempts.length, 1)
      }
      assert.strictEqual(world.customer.requests().length, 2)
    }),
  )
})

const makeFolder = (): string => {
  const folder = mkdtempSync(join(tmpdir(), "lead-gateway-worker-"))
  // When root runs the tests, the server's user passes through.
  chmodSync(folder, 0o711)
  return folder
}

/** A server that can be stopped and started again on the same port. */
const startServer = Effect.fnUntraced(function* (options: {
  readonly dataDir: string
  readonly port?: number
}) {
  const scope = yield* Effect.acquireRelease(Scope.make(), (scope) => Scope.close(scope, Exit.void))
  const { port, url } = yield* Scope.provide(EmbeddedPostgres.make({ ...options, durable: false }), scope)
  return { port, url: Redacted.value(url), stop: Scope.close(scope, Exit.void) }
})
