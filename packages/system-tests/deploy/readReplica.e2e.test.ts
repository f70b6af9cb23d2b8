import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { TestReplica } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { makeApp } from "../faults/support/App.ts"
import { inRepository, makeFolder, ownPort } from "../faults/support/places.ts"
import { validLead } from "../operate/support/apps.ts"

interface Answer {
  readonly status: number
  readonly from: string | null
  readonly text: string
  readonly ms: number
}

/** Routes whose answers may come from the replica. */
const byReplica = [
  "/stats/leads/counts",
  "/stats/leads/recent",
  "/stats/leads/1/history",
  "/api/v1/leads",
  "/api/v1/leads/1",
  "/api/v1/ledger",
  "/api/v1/timeline?bucket=hour",
  "/api/v1/unmapped",
  "/api/v1/flow",
  "/api/v1/preview",
]
/** Routes that must be current. */
const byPrimary = ["/api/v1/customers", "/api/v1/audit", "/api/v1/tokens", "/readyz", "/webhooks/leads"]

const bodies: Readonly<Record<string, unknown>> = {
  "/api/v1/preview": { last: 5 },
  "/webhooks/leads": validLead,
}

/** An api as a process of its own on a primary and its replica. */
const start = Effect.gen(function* () {
  const servers = yield* TestReplica.make(EmbeddedPostgres.make)
  const [folder, port] = [yield* makeFolder, yield* ownPort]
  const app = yield* makeApp({
    name: "api",
    sources: inRepository("."),
    folder,
    port,
    env: {
      API_HOST: "127.0.0.1",
      API_PORT: String(port),
      QUEUE_TYPE: "database",
      DATABASE_URL: servers.primaryUrl,
      DATABASE_READ_URL: servers.url,
      DATABASE_READ_MAX_LAG: "1s",
    },
  })
  yield* Effect.andThen(app.start, app.ready)
  const ask = (path: string): Effect.Effect<Answer> =>
    Effect.promise(async () => {
      const body = bodies[path] === undefined ? null : JSON.stringify(bodies[path])
      const began = performance.now()
      const response = await fetch(`http://127.0.0.1:${port}${path}`, {
        method: body === null ? "GET" : "POST",
        headers: { "content-type": "application/json" },
        body,
      })
      const text = await response.text()
      const ms = performance.now() - began
      return { status: response.status, from: response.headers.get("x-read-from"), text, ms }
    })
  return { app, ask, servers }
})

describe("an api with a replica", () => {
  it.live(
    "reads from it while it is there, level and a replica, and otherwise from the primary: nobody waits a second, or gets an error",
    () =>
      Effect.gen(function* () {
        const { app, ask, servers } = yield* start
        yield* ask("/webhooks/leads")
        yield* servers.level
        const until = (from: string) =>
          Effect.repeat(Effect.delay(ask("/api/v1/leads"), "20 millis"), {
            until: (answer) => answer.from === from,
          })
        yield* until("replica")
        // The process that computes previews starts with the first one.
        yield* ask("/api/v1/preview")
        for (const path of byReplica) {
          const { from, status, text } = yield* ask(path)
          assert.deepInclude({ path, from, status }, { path, from: "replica", status: 200 }, text)
        }
        for (const path of byPrimary) assert.isNull((yield* ask(path)).from, path)

        const health = Effect.map(
          ask("/health/deep"),
          ({ text }) =>
            JSON.parse(text) as {
              readonly status: string
              readonly read_replica: { readonly status: string }
            },
        )
        const metric = (name: string) =>
          Effect.map(ask("/metrics"), ({ text }) => {
            const value = new RegExp(`^lead_gateway_read_replica_${name} (\\S+)$`, "m").exec(text)?.[1]
            return value === undefined ? undefined : Number(value)
          })
        assert.deepInclude((yield* health).read_replica, { status: "up" })
        assert.strictEqual(yield* metric("up"), 1)
        assert.isBelow((yield* metric("lag_seconds")) ?? Infinity, 1)

        const wrong: Array<Answer & { readonly path: string }> = []
        const answers = { replica: 0, primary: 0 }
        const visitor = Effect.gen(function* () {
          for (const path of [...byReplica, "/webhooks/leads"]) {
            const answer = yield* ask(path)
            if (answer.status !== 200 || answer.ms > 1000) wrong.push({ ...answer, path })
            if (answer.from === "replica" || answer.from === "primary") answers[answer.from]++
          }
        })
        yield* Effect.forkScoped(Effect.forever(Effect.andThen(visitor, Effect.sleep("10 millis"))))

        const faults = [
          ["down", servers.stop, servers.start],
          ["lagging", servers.pauseReplay, servers.resumeReplay],
          ["down", servers.freeze, servers.thaw],
          ["down", servers.promote, undefined],
        ] as const
        for (const [status, begin, end] of faults) {
          yield* begin
          yield* until("primary")
          // A read may have failed before the watch knows.
          const now = yield* Effect.repeat(Effect.delay(health, "20 millis"), {
            until: ({ read_replica }) => read_replica.status === status,
          })
          assert.strictEqual(now.status, "up")
          assert.strictEqual(yield* metric("up"), 0)
          if (status === "lagging") assert.isAbove((yield* metric("lag_seconds")) ?? 0, 1)
          // A lead that has just come is there.
          const { lead_id } = JSON.parse((yield* ask("/webhooks/leads")).text) as { readonly lead_id: number }
          const { data } = JSON.parse((yield* ask("/api/v1/leads")).text) as {
            readonly data: ReadonlyArray<{ readonly id: number }>
          }
          assert.isAtLeast(data[0]?.id ?? 0, lead_id)
          if (end === undefined) continue
          yield* end
          yield* until("replica")
        }
        assert.deepStrictEqual(wrong, [])
        assert.isAbove(Math.min(answers.primary, answers.replica), 0)

        const said = app
          .output()
          .flatMap((line) => (line.includes(" the replica at ") ? [line] : []))
          .map((line) => (JSON.parse(line) as { readonly message: string }).message)
        const from = { replica: /^lists and statistics are read from the replica at / }
        // Once more for each time that a busy machine makes it lag.
        assert.isAtLeast(said.filter((line) => from.replica.test(line)).length, 4, said.join("\n"))
        const reasons = said.flatMap((line) => /the replica at [\d.:]+ (.+)$/.exec(line)?.[1] ?? [])
        // One that is back may need a moment to catch up.
        const lags = "lags behind by more than 1s"
        assert.include(reasons, lags)
        assert.deepStrictEqual(
          reasons.filter((reason) => reason !== lags),
          ["does not answer", "does not answer", "is not in recovery: it is no replica"],
        )
        said.forEach((line, at) => assert.notStrictEqual(line, said[at - 1]))
      }).pipe(Effect.scoped),
    90_000,
  )
})
