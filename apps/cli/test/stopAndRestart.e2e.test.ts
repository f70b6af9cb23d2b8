import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestCustomer } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
import { makeFolder, processesOf, start, startGateway } from "./support/apps.ts"
import { ask, reached, receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

const { hang, reply } = CustomerBehaviour

const stopped = { code: 0, signal: null }

/** A customer that answers only when it is let go. */
const patientCustomer = Effect.gen(function* () {
  let answer = () => {}
  const customer = yield* TestCustomer.make({
    respond: { answer: (response) => (answer = () => void response.end()) },
  })
  return { ...customer, letGo: Effect.sync(() => answer()) }
})

/** Waits until a folder is nobody's any more: what creates a database is killed, and may take a moment to die. */
const nothingRuns = (folder: string): Effect.Effect<unknown> =>
  Effect.filterOrElse(
    Effect.sync(() => processesOf(folder)),
    (commands) => commands.length === 0,
    () => Effect.andThen(Effect.sleep(20), nothingRuns(folder)),
  )

const messages = (lines: ReadonlyArray<string>): ReadonlyArray<string> =>
  lines
    .filter((line) => line.startsWith("{"))
    .map((line) => (JSON.parse(line) as { message: string }).message)

describe.concurrent("a gateway that is started again", () => {
  it.live("finds everything again", () =>
    Effect.gen(function* () {
      const first = yield* startGateway()
      const id = yield* receive(first.url, validLead)
      const before = yield* reached(first.url, id, "DELIVERED")
      yield* first.process.kill("SIGTERM")
      yield* first.process.exited
      const { process, url } = yield* startGateway({ folder: first.folder })
      assert.deepStrictEqual((yield* ask(`${url}/stats/leads/${id}/history`)).json, before.json)
      assert.isAbove(yield* receive(url, validLead), id)
      assert.notInclude(process.stdout().join("\n"), "migrated")
    }),
  )

  it.live("finishes at once what a kill -9 left in flight", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: hang() })
      const env = {
        CUSTOMER_API_URL: customer.url,
        // A lead is owned for as long as an exchange may take, and 15 s more: nobody waits for that here.
        CUSTOMER_API_TIMEOUT: "5m",
        RETRY_BACKOFF_BASE: "100ms",
        WORKER_CONCURRENCY: "2",
      }
      const first = yield* startGateway({ env })
      const ids = yield* Effect.forEach(Array.from({ length: 4 }), () => receive(first.url, validLead))
      yield* customer.received(2)
      yield* first.process.kill("SIGKILL")
      yield* first.process.exited
      customer.respond(reply())
      const { url } = yield* startGateway({ folder: first.folder, env })
      const attempts = yield* Effect.forEach(ids, (id) =>
        Effect.map(reached(url, id, "DELIVERED"), ({ json }) =>
          (
            json as { delivery_attempts: ReadonlyArray<{ error_message: string | null }> }
          ).delivery_attempts.map(({ error_message }) => error_message?.split(":")[0] ?? "delivered"),
        ),
      )
      assert.deepStrictEqual(attempts, [
        ["outcome unknown", "delivered"],
        ["outcome unknown", "delivered"],
        ["delivered"],
        ["delivered"],
      ])
      const { json } = yield* ask(`${url}/stats/leads/counts`)
      assert.deepInclude(json as object, { delivered: 4, total: 4 })
    }),
  )
})

describe.concurrent("a gateway that is stopped", () => {
  for (const [name, signal, toAll] of [
    ["SIGTERM", "SIGTERM", false],
    ["SIGINT", "SIGINT", false],
    ["SIGHUP", "SIGHUP", false],
    ["a terminal that is closed, a SIGHUP to all of its process group", "SIGHUP", true],
    ["Ctrl-C, a SIGINT to all of its process group", "SIGINT", true],
  ] as const) {
    it.live(`ends with code 0 and leaves nothing running: ${name}`, () =>
      Effect.gen(function* () {
        const { folder, process, url } = yield* startGateway({ ownGroup: true })
        yield* reached(url, yield* receive(url, validLead), "DELIVERED")
        yield* toAll ? process.killGroup(signal) : process.kill(signal)
        assert.deepStrictEqual(yield* process.exited, stopped)
        assert.deepStrictEqual(processesOf(folder), [])
        assert.deepStrictEqual(process.stderr(), [])
      }),
    )
  }

  it.live(
    "finishes a delivery that is under way, however often it is asked: first the api goes, then the worker, then Postgres",
    () =>
      Effect.gen(function* () {
        const customer = yield* patientCustomer
        const env = { CUSTOMER_API_URL: customer.url }
        const { folder, process, url } = yield* startGateway({ env, ownGroup: true })
        const id = yield* receive(url, validLead)
        yield* customer.received(1)
        yield* process.killGroup("SIGINT")
        yield* process.waitForLine("worker drains: waiting for deliveries in flight")
        // The api is gone, while delivery and database are still there.
        assert.isTrue(yield* Effect.isFailure(Effect.tryPromise(() => fetch(url))))
        assert.isNotEmpty(processesOf(folder))
        yield* process.killGroup("SIGINT")
        yield* process.kill("SIGTERM")
        yield* process.kill("SIGHUP")
        yield* customer.letGo
        assert.deepStrictEqual(yield* process.exited, stopped)
        assert.deepStrictEqual(processesOf(folder), [])
        assert.deepStrictEqual(messages(process.stdout()).slice(-6), [
          "closing the api",
          "worker drains: waiting for deliveries in flight",
          "lead delivered",
          "worker has stopped",
          "closing the database",
          "stopped",
        ])
        const next = yield* startGateway({ folder, env })
        const { json } = yield* reached(next.url, id, "DELIVERED")
        assert.strictEqual(
          (json as { delivery_attempts: ReadonlyArray<unknown> }).delivery_attempts.length,
          1,
        )
      }),
  )

  it.live("waits for a delivery no longer than SHUTDOWN_TIMEOUT", () =>
    Effect.gen(function* () {
      const customer = yield* TestCustomer.make({ respond: hang() })
      const { folder, process, url } = yield* startGateway({
        env: { CUSTOMER_API_URL: customer.url, SHUTDOWN_TIMEOUT: "500ms" },
      })
      yield* receive(url, validLead)
      yield* customer.received(1)
      yield* process.kill("SIGTERM")
      const [took, exited] = yield* Effect.timed(process.exited)
      assert.deepStrictEqual(exited, stopped)
      assert.isAtLeast(Duration.toMillis(took), 490)
      assert.isBelow(Duration.toMillis(took), 5000)
      assert.deepStrictEqual(processesOf(folder), [])
      assert.include(messages(process.stdout()), "worker releases deliveries that did not end in time")
    }),
  )

  it.live("ends with code 0 at any moment of its start", () =>
    Effect.forEach(
      [0, 150, 300, 450, 600],
      (afterMs) =>
        Effect.gen(function* () {
          const folder = yield* makeFolder
          const process = yield* start("gateway", { folder })
          yield* process.waitForLine('"starting"')
          // The moment is what is tried out here; there is no event for each.
          yield* Effect.sleep(afterMs)
          yield* process.kill("SIGTERM")
          assert.deepStrictEqual(yield* process.exited, stopped, `${afterMs} ms after its start`)
          yield* nothingRuns(folder)
          assert.deepStrictEqual(process.stderr(), [])
        }),
      { concurrency: 3, discard: true },
    ),
  )
})
