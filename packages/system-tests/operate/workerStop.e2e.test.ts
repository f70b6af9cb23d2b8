import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { startApps, validLead } from "./support/apps.ts"

describe("a worker that is told to stop", () => {
  it.live("is not ready at once, finishes what it sends, and closes its port last", () =>
    Effect.gen(function* () {
      const { apiUrl, ask, customer, post, worker, workerUrl } = yield* startApps({
        customer: () => CustomerBehaviour.reply({ delayMs: 3000 }),
      })
      assert.strictEqual((yield* post(JSON.stringify(validLead))).status, 200)
      yield* customer.received(1)
      assert.strictEqual((yield* ask(`${workerUrl}/readyz`)).status, 200)

      yield* worker.kill("SIGTERM")
      yield* worker.waitForHttp(`${workerUrl}/readyz`, 503, { within: "1 second" })
      const answers: Array<string> = []
      const end = yield* Effect.forkChild(worker.exited)
      while (end.pollUnsafe() === undefined) {
        // Refused only when the process is about to end.
        const answer = yield* Effect.promise(() =>
          fetch(`${workerUrl}/readyz`).then(
            (response) => response.text(),
            () => "closed",
          ),
        )
        answers.push(answer.replace(/"correlation_id":"[^"]*"/, '"correlation_id":""'))
        if (!answers.includes("closed")) {
          const metrics = yield* Effect.promise(() =>
            fetch(`${workerUrl}/metrics`).then(
              (response) => response.text(),
              () => "closed",
            ),
          )
          if (metrics !== "closed") assert.match(metrics, /^lead_gateway_worker_in_flight [01]$/m)
        }
        yield* Effect.sleep("100 millis")
      }
      assert.deepStrictEqual(yield* worker.exited, { code: 0, signal: null })
      const open = answers.filter((answer) => answer !== "closed")
      assert.isAbove(open.length, 5)
      assert.deepStrictEqual(new Set(open), new Set(['{"error":"not ready: stopping","correlation_id":""}']))
      assert.isBelow(answers.length - open.length, 10)
      assert.strictEqual(customer.requests().length, 1)
      const history = JSON.parse((yield* ask(`${apiUrl}/stats/leads/1/history`)).text) as { status: string }
      assert.strictEqual(history.status, "DELIVERED")
      // The port was the last thing that closed.
      const messages = worker.lines().map((line) => (JSON.parse(line) as { message: string }).message)
      assert.isBelow(messages.indexOf("stopping"), messages.indexOf("worker has stopped"))
    }),
  )
})
