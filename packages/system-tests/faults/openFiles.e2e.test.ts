import { assert, it } from "@effect/vitest"
import { TestCustomer, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { openFilesFaults } from "./scenarios/openFiles.ts"
import { limitOpenFiles } from "./support/App.ts"
import { crowd } from "./support/crowd.ts"
import { drawBy } from "./support/Draw.ts"
import { makeFolder, ownPort } from "./support/places.ts"
import { sampleLead } from "./support/SampleLead.ts"
import { readCounts } from "./support/Scenario.ts"
import { makeSenders } from "./support/Senders.ts"
import { testScenarios } from "./support/testScenarios.ts"
import { until } from "./support/until.ts"

for (const scenario of openFilesFaults) testScenarios(["database"], [scenario])

const limit = 256

it.live("a gateway of 256 open files, its Postgres included, takes and delivers leads despite a crowd", () =>
  Effect.gen(function* () {
    const customer = yield* TestCustomer.make()
    const port = yield* ownPort
    const gateway = yield* TestProcess.spawn({
      program: commandLine,
      args: ["start"],
      cwd: yield* makeFolder,
      env: {
        API_PORT: String(port),
        WORKER_PORT: String(yield* ownPort),
        CUSTOMER_API_URL: customer.url,
        CUSTOMER_API_TOKEN: "customer-token",
      },
    })
    yield* limitOpenFiles(gateway.pid, limit)
    const url = `http://127.0.0.1:${port}`
    yield* gateway.waitForHttp(`${url}/readyz`, 200, { within: "90 seconds" })
    const senders = makeSenders({
      url,
      lead: (number) => sampleLead(drawBy("1"), `gateway-${number}`, true),
      size: 100,
      overMs: 3000,
      untilStopped: true,
    })
    const fault = Effect.gen(function* () {
      yield* until(() => senders.accepted() >= 20, 30_000)
      const connections = crowd(port, limit + 100)
      yield* Effect.sleep("5 seconds")
      connections.end()
      assert.isAtLeast(connections.refused(), 50)
      yield* Effect.sleep("1 second")
      senders.stop()
    })
    yield* Effect.all([senders.run, fault], { concurrency: 2, discard: true })
    assert.strictEqual(senders.accepted(), senders.sent.length)
    assert.isAtLeast(senders.accepted(), 100)
    assert.deepStrictEqual(
      senders.answers.filter(({ status }) => status !== 200 && status !== 503),
      [],
    )
    const allAreDelivered = Effect.map(
      readCounts(url),
      (counts) => counts.delivered === counts.total && counts.total >= senders.accepted(),
    )
    assert.isTrue(yield* until(allAreDelivered, 60_000, 200))
  }).pipe(Effect.scoped),
)
