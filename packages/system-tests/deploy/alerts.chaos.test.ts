import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { query } from "../faults/support/Rows.ts"
import { startWatched } from "./support/watched.ts"

const { reply } = CustomerBehaviour

describe("alerts on longer faults", () => {
  it.live("fire while Postgres or every api is stopped, and clear when it is back", () =>
    Effect.gen(function* () {
      const { apis, monitoring, postgres, send } = yield* startWatched({})
      const { becomes } = monitoring
      const restart = yield* Effect.forkChild(postgres.kill("20 seconds"))
      yield* becomes("DatabaseDown", "firing")
      assert.strictEqual((yield* send(1))[0]?.status, 503)
      yield* Effect.asVoid(Effect.all([becomes("DatabaseDown", "resolved", 90_000)]))
      assert.isDefined(restart)
      assert.strictEqual((yield* send(1))[0]?.status, 200)

      for (const api of apis) yield* api.kill
      yield* becomes("NoApi", "firing")
      for (const api of apis) yield* Effect.andThen(api.start, api.ready)
      yield* becomes("NoApi", "resolved")
      // What follows from these faults was not sent as well.
      const sent = monitoring.notices().map(({ labels }) => labels.alertname)
      assert.notInclude(sent, "LeadGatewayQueueDown")
    }),
  )

  it.live("fire while the customer is suspended, is slow, and leads wait, and clear afterwards", () =>
    Effect.gen(function* () {
      const { customer, monitoring, postgres, send } = yield* startWatched({
        env: { WORKER_CONCURRENCY: "2", BREAKER_FAILURES: "5", BREAKER_OPEN_FOR: "1s", BREAKER_RAMP: "1s" },
      })
      const { becomes } = monitoring
      customer.respond(() => reply({ status: 503 }))
      yield* send(20)
      assert.strictEqual((yield* becomes("CircuitOpen", "firing"))?.labels.customer, "default")
      customer.respond(() => reply())
      yield* becomes("CircuitOpen", "resolved")

      customer.respond(() => reply({ delayMs: 2000 }))
      yield* send(1100)
      yield* Effect.all([becomes("CustomerSlow", "firing", 90_000), becomes("Backlog", "firing", 90_000)], {
        concurrency: "unbounded",
      })
      yield* query(
        postgres.url,
        "UPDATE work SET scheduled_at = scheduled_at - interval '10 minutes', due_at = due_at - interval '10 minutes'",
      )
      yield* becomes("OldestDue", "firing")
      customer.respond(() => reply())
      yield* Effect.all(
        ["CustomerSlow", "Backlog", "OldestDue"].map((alert) => becomes(alert, "resolved", 120_000)),
        { concurrency: "unbounded" },
      )
    }),
  )

  it.live("fire while the books do not balance, and clear when they do", () =>
    Effect.gen(function* () {
      const { monitoring, postgres, send } = yield* startWatched({})
      const count = (change: string) =>
        query(postgres.url, `UPDATE lead_count SET leads = leads ${change} WHERE account = 'TOTAL'`)
      yield* send(1)
      yield* count("+ 1")
      const notice = yield* monitoring.becomes("UnaccountedLeads", "firing")
      assert.include(notice?.annotations.description ?? "", "1 received leads are in no status")
      yield* count("- 1")
      yield* monitoring.becomes("UnaccountedLeads", "resolved")
    }),
  )
})
