import { assert, describe, it } from "@effect/vitest"
import { TestCustomer, TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { makeFolder, start } from "./support/apps.ts"
import { receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

const messages = (lines: ReadonlyArray<string>) =>
  lines.map((line) => (JSON.parse(line) as { readonly message: string }).message)

describe.concurrent("a terminal that is closed (SIGHUP)", () => {
  it.live("stops api and worker in order: a delivery that is under way is finished", () =>
    Effect.gen(function* () {
      let answer = () => {}
      const customer = yield* TestCustomer.make({
        respond: { answer: (response) => (answer = () => void response.end()) },
      })
      const { url: DATABASE_URL } = yield* TestDatabase.make()
      const folder = yield* makeFolder
      const env = {
        DATABASE_URL,
        QUEUE_TYPE: "database",
        API_HOST: "127.0.0.1",
        CUSTOMER_API_URL: customer.url,
      }
      const api = yield* start("api", { folder, env })
      const worker = yield* start("worker", { folder, env })
      const port = /"port":(\d+)/.exec(yield* api.waitForLine("api is listening"))?.[1] ?? ""
      yield* api.waitForLine("api is ready")
      yield* receive(`http://127.0.0.1:${port}`, validLead)
      yield* customer.received(1)

      yield* worker.kill("SIGHUP")
      yield* worker.waitForLine("worker drains: waiting for deliveries in flight")
      yield* worker.kill("SIGHUP")
      answer()
      assert.deepStrictEqual(yield* worker.exited, { code: 0, signal: null })
      assert.include(messages(worker.stdout()), "lead delivered")

      yield* api.kill("SIGHUP")
      assert.deepStrictEqual(yield* api.exited, { code: 0, signal: null })
      assert.strictEqual(messages(api.stdout()).at(-1), "stopped")
    }),
  )
})
