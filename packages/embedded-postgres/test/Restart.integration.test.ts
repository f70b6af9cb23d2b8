import { readFileSync, renameSync } from "node:fs"
import { writeFile } from "node:fs/promises"
import { createServer } from "node:net"
import { join } from "node:path"
import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres, type EmbeddedPostgresOptions } from "@lead-gateway/embedded-postgres"
import { Deferred, Duration, Effect, Exit, Fiber, type Redacted, Scope } from "effect"
import { isAlive } from "../src/internal/processes.ts"
import { pauseMs } from "../src/internal/supervise.ts"
import { newDataDir, query, within } from "./support/world.ts"

const postmaster = (dataDir: string) =>
  Number(readFileSync(join(dataDir, "postgres/postmaster.pid"), "utf8").split("\n")[0])

const answers = (url: Redacted.Redacted) => Effect.runPromise(Effect.isSuccess(query(url, "SELECT 1")))

const returns = (url: Redacted.Redacted, ms = 15_000) => Effect.promise(() => within(ms, () => answers(url)))

/** A server that is started again, in a scope that the test closes or the test's own. */
const supervised = Effect.fnUntraced(function* (options: Partial<EmbeddedPostgresOptions> = {}) {
  const dataDir = yield* Effect.promise(newDataDir)
  const scope = yield* Scope.make()
  yield* Effect.addFinalizer(() => Scope.close(scope, Exit.void))
  const server = yield* Scope.provide(
    EmbeddedPostgres.make({ dataDir, durable: false, restart: { giveUpAfter: "30 seconds" }, ...options }),
    scope,
  )
  return { ...server, dataDir, stop: Effect.timed(Scope.close(scope, Exit.void)) }
})

/** Kills the watchdog of a server: the parent of its process. */
const parentOf = (pid: number) => {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8")
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1])
}

describe("a server that died", { concurrent: true }, () => {
  it("is started again after 0.5 s, doubling to 30 s", () => {
    assert.deepStrictEqual(
      [0, 1, 2, 3, 4, 5, 6, 7, 1000].map(pauseMs),
      [500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000],
    )
  })

  for (const signal of ["SIGKILL", "SIGQUIT", "SIGINT", "SIGTERM"] as const) {
    it.live(`is there again at the same place, with what was committed, after a ${signal}`, () =>
      Effect.gen(function* () {
        const { dataDir, died, url } = yield* supervised({ durable: true })
        yield* query(url, "CREATE TABLE kept AS SELECT 1 AS one")
        const pid = postmaster(dataDir)
        process.kill(pid, signal)
        assert.isTrue(yield* Effect.promise(() => within(10_000, async () => !(await isAlive(pid)))))
        assert.isTrue(yield* returns(url))
        assert.deepStrictEqual(yield* query(url, "SELECT one FROM kept"), [{ one: 1 }])
        assert.notStrictEqual(postmaster(dataDir), pid)
        const fiber = yield* Effect.forkChild(died)
        assert.isUndefined(fiber.pollUnsafe())
        // The lock was held all the time.
        const second = yield* Effect.flip(EmbeddedPostgres.make({ dataDir, durable: false }))
        assert.strictEqual(second.reason._tag, "DataDirInUse")
      }),
    )
  }

  it.live("is replaced when its watchdog was killed: nobody would stop it with the process", () =>
    Effect.gen(function* () {
      const { dataDir, stop, url } = yield* supervised()
      const pid = postmaster(dataDir)
      process.kill(parentOf(pid), "SIGKILL")
      assert.isTrue(yield* Effect.promise(() => within(10_000, async () => !(await isAlive(pid)))))
      assert.isTrue(yield* returns(url))
      const next = postmaster(dataDir)
      yield* stop
      assert.isFalse(yield* Effect.promise(() => isAlive(next)))
    }),
  )

  it.live("is stopped cleanly while it is being started again", () =>
    Effect.gen(function* () {
      const { dataDir, stop } = yield* supervised()
      process.kill(postmaster(dataDir), "SIGKILL")
      yield* Effect.sleep("300 millis")
      const [took] = yield* stop
      assert.isBelow(Duration.toMillis(took), 3000)
      yield* Effect.scoped(EmbeddedPostgres.make({ dataDir, durable: false }))
    }),
  )

  it.live("is given up when it has been down for too long, with the cause", () =>
    Effect.gen(function* () {
      const { dataDir, died } = yield* supervised({ restart: { giveUpAfter: "2 seconds" } })
      // Any server refuses to start with this.
      yield* Effect.promise(() => writeFile(join(dataDir, "postgres/postgresql.auto.conf"), "nonsense = 1\n"))
      process.kill(postmaster(dataDir), "SIGKILL")
      const [took, error] = yield* Effect.timed(Effect.flip(died))
      assert.isBelow(Duration.toMillis(took), 8000)
      assert.match(error.message, /^the database server did not start: .*(nonsense|configuration file)/)
    }),
  )

  it.live("is given up at once when its files are gone; no new database is created", () =>
    Effect.gen(function* () {
      const { dataDir, died } = yield* supervised()
      const pid = postmaster(dataDir)
      renameSync(join(dataDir, "postgres"), join(dataDir, "postgres.moved"))
      process.kill(pid, "SIGKILL")
      const [took, error] = yield* Effect.timed(Effect.flip(died))
      assert.isBelow(Duration.toMillis(took), 5000)
      assert.match(error.message, /^the database server ended: its files in .* are gone/)
      assert.isFalse(yield* EmbeddedPostgres.exists(dataDir))
    }),
  )

  it.live("comes back when another process gives its port free", () =>
    Effect.gen(function* () {
      const { dataDir, port, url } = yield* supervised()
      const thief = createServer()
      const listening = yield* Deferred.make<void>()
      process.kill(postmaster(dataDir), "SIGKILL")
      const steal = () =>
        void thief
          .once("error", () => setTimeout(steal, 2))
          .listen(port, "127.0.0.1", () => Effect.runSync(Deferred.succeed(listening, undefined)))
      steal()
      yield* Deferred.await(listening)
      yield* Effect.sleep("1200 millis")
      assert.isFalse(yield* Effect.promise(() => answers(url)))
      thief.close()
      assert.isTrue(yield* returns(url))
    }),
  )
})

describe("a stop of a server that hangs", () => {
  it.live("ends by force after stopTimeout, and the data folder is free again", () =>
    Effect.gen(function* () {
      const { dataDir, stop } = yield* supervised({ stopTimeout: () => "300 millis" })
      process.kill(postmaster(dataDir), "SIGSTOP")
      const [took] = yield* stop
      assert.isBelow(Duration.toMillis(took), 300 + 5000 + 2000)
      const fiber = yield* Effect.forkChild(Effect.scoped(EmbeddedPostgres.make({ dataDir, durable: false })))
      yield* Fiber.join(fiber)
    }),
  )
})
