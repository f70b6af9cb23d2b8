import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { CustomerBehaviour, TestReplica } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readFileSync, writeFileSync } from "node:fs"
import { query } from "../faults/support/Rows.ts"
import { startSmallDisk } from "./support/smallDisk.ts"
import { startWatched } from "./support/watched.ts"

const { reply } = CustomerBehaviour

/** Does something again and again until an alert fires. */
const whileWaiting = <A, E, R>(again: Effect.Effect<A, E, R>, alerts: Effect.Effect<unknown>) =>
  Effect.raceFirst(Effect.forever(again), alerts)

describe("alerts on what processes do", () => {
  it.live("fire while a process is down or starts again and again, and clear when it stays", () =>
    Effect.gen(function* () {
      const { monitoring, workers } = yield* startWatched({ workers: 2 })
      const [worker] = workers
      if (worker === undefined) return assert.fail("no worker")
      yield* worker.kill
      const notice = yield* monitoring.becomes("InstanceDown", "firing")
      assert.strictEqual(notice?.labels.instance, `127.0.0.1:${worker.port}`)
      yield* Effect.andThen(worker.start, worker.ready)
      yield* monitoring.becomes("InstanceDown", "resolved")
      // It is scraped every three seconds.
      yield* whileWaiting(
        Effect.all([worker.kill, worker.start, worker.ready, Effect.sleep("3500 millis")]),
        monitoring.becomes("Restarts", "firing", 90_000),
      )
      yield* Effect.andThen(worker.start, worker.ready)
      yield* monitoring.becomes("Restarts", "resolved", 120_000)
    }),
  )

  it.live("fire while a table is locked, so that requests are slow and fail, and clear afterwards", () =>
    Effect.gen(function* () {
      const { apis, monitoring, postgres, send } = yield* startWatched({})
      const { becomes } = monitoring
      const list = Effect.promise(() =>
        fetch(`http://127.0.0.1:${apis[0]?.port}/api/v1/leads`).then(
          (response) => response.text(),
          () => "",
        ),
      )
      yield* send(1)
      yield* Effect.forkChild(
        query(
          postgres.url,
          "DO $$ BEGIN LOCK TABLE lead IN ACCESS EXCLUSIVE MODE; PERFORM pg_sleep(75); END $$",
        ),
      )
      yield* whileWaiting(
        Effect.all([send(64), list], { concurrency: "unbounded" }),
        Effect.all(
          ["WebhookErrors", "RequestErrors", "SlowRequests"].map((alert) => becomes(alert, "firing", 90_000)),
          { concurrency: "unbounded" },
        ),
      )
      yield* whileWaiting(
        Effect.all([send(4), list, Effect.sleep("200 millis")]),
        Effect.all(
          ["WebhookErrors", "RequestErrors", "SlowRequests"].map((alert) =>
            becomes(alert, "resolved", 150_000),
          ),
          { concurrency: "unbounded" },
        ),
      )
    }),
  )

  it.live("fire while an api has too little of a processor, and clear when it has one", () =>
    Effect.gen(function* () {
      const { apis, monitoring, send } = yield* startWatched({})
      const both = (status: "firing" | "resolved") =>
        Effect.forEach(["EventLoopLag", "IntakeShed"], (alert) => monitoring.becomes(alert, status, 90_000), {
          concurrency: "unbounded",
        })
      const [api] = apis
      if (api === undefined) return assert.fail("no api")
      yield* whileWaiting(
        Effect.all([api.freeze, Effect.sleep("1500 millis"), api.thaw, Effect.sleep("400 millis")]),
        Effect.raceFirst(both("firing"), Effect.forever(send(64))),
      )
      yield* api.thaw
      yield* both("resolved")
    }),
  )

  it.live("fire while the customer fails for some leads, and clear afterwards", () =>
    Effect.gen(function* () {
      const { customer, monitoring, send } = yield* startWatched({})
      let asked = 0
      customer.respond(() => reply({ status: asked++ % 2 === 0 ? 503 : 200 }))
      yield* whileWaiting(
        Effect.andThen(send(5), Effect.sleep("500 millis")),
        monitoring.becomes("CustomerErrors", "firing", 90_000),
      )
      const sent = monitoring.notices().map(({ labels }) => labels.alertname)
      assert.notInclude(sent, "LeadGatewayCustomerDown")
      customer.respond(() => reply())
      yield* whileWaiting(
        Effect.andThen(send(5), Effect.sleep("500 millis")),
        monitoring.becomes("CustomerErrors", "resolved", 90_000),
      )
    }),
  )

  it.live("fire while nginx reaches no api, and clear when it does", () =>
    Effect.gen(function* () {
      const { monitoring, nginx } = yield* startWatched({})
      const { pid, upstreams } = nginx.files
      const right = readFileSync(upstreams, "utf8")
      const reload = (text: string) =>
        Effect.sync(() => {
          writeFileSync(upstreams, text)
          process.kill(Number(readFileSync(pid, "utf8")), "SIGHUP")
        })
      yield* reload("server 127.0.0.1:9;\n")
      yield* monitoring.becomes("FrontDown", "firing")
      yield* reload(right)
      yield* monitoring.becomes("FrontDown", "resolved")
    }),
  )

  it.live("fire while the replica is stopped, and clear when it follows again", () =>
    Effect.gen(function* () {
      const servers = yield* TestReplica.make(EmbeddedPostgres.make)
      const { monitoring } = yield* startWatched({
        databaseUrl: servers.primaryUrl,
        env: { DATABASE_READ_URL: servers.url },
      })
      yield* servers.stop
      yield* monitoring.becomes("ReadReplicaUnused", "firing")
      yield* servers.start
      yield* monitoring.becomes("ReadReplicaUnused", "resolved", 90_000)
    }),
  )
})

describe("the alert on a full disk", () => {
  it.live("fires while it is full, and clears when there is room", () =>
    Effect.gen(function* () {
      const disk = yield* startSmallDisk
      const { monitoring } = yield* startWatched({ node: [disk.node] })
      yield* disk.fill
      yield* monitoring.becomes("DiskFull", "firing")
      yield* disk.clear
      yield* monitoring.becomes("DiskFull", "resolved")
    }),
  )
})
