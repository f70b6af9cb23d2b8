import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { writeFileSync } from "node:fs"
import { startWatched } from "./support/watched.ts"

const { reply } = CustomerBehaviour

describe("alerts", () => {
  it.live("reach the receivers of Alertmanager while something is wrong, and clear afterwards", () =>
    Effect.gen(function* () {
      const { customer, exporters, monitoring, nginx, redis, send, workers } = yield* startWatched({
        days: 5,
      })
      const { becomes } = monitoring
      const all = (status: "firing" | "resolved", ...alerts: ReadonlyArray<string>) =>
        Effect.forEach(alerts, (alert) => becomes(alert, status), { concurrency: "unbounded" })

      // The certificate expires in five days and no backup is reported from the start.
      customer.respond(() => reply({ status: 503 }))
      yield* redis.kill
      yield* send(5)
      const [down] = yield* all("firing", "CustomerDown", "QueueDown", "CertificateExpires", "BackupTooOld")
      assert.strictEqual(down?.receiver, "on-call")
      assert.strictEqual(down?.labels.customer, "default")
      assert.strictEqual(down?.annotations.runbook_url, "docs/runbooks/customer-down.md")
      assert.include(down?.annotations.description ?? "", "Every attempt to deliver to default has failed")

      customer.respond(() => reply())
      yield* redis.start
      writeFileSync(
        exporters.backupMetrics,
        `lead_gateway_backup_last_success_timestamp_seconds ${Date.now() / 1000}\n`,
      )
      yield* nginx.renew(90)
      yield* send(1)
      yield* all("resolved", "CustomerDown", "QueueDown", "CertificateExpires", "BackupTooOld")

      for (const worker of workers) yield* worker.kill
      const missing = yield* becomes("NoWorker", "firing")
      assert.strictEqual(missing?.annotations.summary, "No worker is running")
      for (const worker of workers) yield* Effect.andThen(worker.start, worker.ready)
      yield* becomes("NoWorker", "resolved")
    }),
  )
})
