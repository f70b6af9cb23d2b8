import { assert, describe, it, layer } from "@effect/vitest"
import { Duration, Effect } from "effect"
import { ask, assertError, newId, post, postLead } from "./support/Http.ts"
import { lead, leadText } from "./support/leads.ts"
import { makeWorld, World, type WorldShape } from "./support/World.ts"

const scrape = (world: WorldShape, headers: Readonly<Record<string, string>> = {}) =>
  ask(world, { path: "/metrics", headers })

/** The lines of metrics whose names begin so, without the prefix of all of ours. */
const lines = (text: string, ...names: ReadonlyArray<string>) =>
  text
    .split("\n")
    .filter((line) => names.some((name) => line.startsWith(`lead_gateway_${name}`)))
    .map((line) => line.replace("lead_gateway_", ""))

describe("metrics", () => {
  it.live("count webhooks, their leads and their statements, and show nothing of them", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld()
      yield* postLead(world, leadText)
      yield* postLead(world, leadText)
      yield* post(world, "{")
      yield* post(world, leadText, { headers: { "Content-Type": "text/secretive" } })
      yield* ask(world, { path: "/stats/leads/1/history?name=a-secretive-name" })
      yield* ask(world, { path: "/a-secretive-path" })
      yield* ask(world, { path: "/stats/leads/counts", headers: { Origin: "http://secretive.example" } })
      const { headers, status, text } = yield* scrape(world)
      assert.strictEqual(status, 200)
      assert.strictEqual(headers["content-type"], "text/plain; version=0.0.4; charset=utf-8")
      assert.strictEqual(headers["cache-control"], "no-store")
      assert.sameMembers(lines(text, "http_requests_total"), [
        'http_requests_total{method="POST",route="/webhooks/leads",status="200"} 2',
        'http_requests_total{method="POST",route="/webhooks/leads",status="400"} 1',
        'http_requests_total{method="POST",route="/webhooks/leads",status="415"} 1',
        'http_requests_total{method="GET",route="/stats/leads/:id/history",status="200"} 1',
        'http_requests_total{method="GET",route="other",status="404"} 1',
        'http_requests_total{method="GET",route="/stats/leads/counts",status="403"} 1',
      ])
      assert.sameMembers(lines(text, "leads_received", "intake_shed", "intake_unc", "intake_batch_size_"), [
        "leads_received_total 2",
        'intake_shed_total{cause="event_loop"} 0',
        'intake_shed_total{cause="store"} 0',
        'intake_shed_total{cause="waited"} 0',
        "intake_unconfirmed_total 0",
        ...[1, 2, 5, 10, 20, 50, 100, 200, 500, "+Inf"].map((le) => `intake_batch_size_bucket{le="${le}"} 2`),
        "intake_batch_size_sum 2",
        "intake_batch_size_count 2",
      ])
      assert.sameMembers(
        lines(text, "leads{", "database_up", "unaccounted", "circuit", "leads_due", "queue"),
        [
          'leads{status="RECEIVED"} 2',
          'leads{status="READY"} 0',
          'leads{status="REJECTED"} 0',
          'leads{status="DELIVERED"} 0',
          'leads{status="FAILED"} 0',
          'leads{status="PERMANENTLY_FAILED"} 0',
          "database_up 1",
          "unaccounted_leads 0",
          'circuit_open{customer="default"} 0',
          "leads_due 2",
          "queue_depth 2",
        ],
      )
      assert.include(text, '\nlead_gateway_build_info{version="1.2.3"} 1\n')
      assert.notInclude(text, "secretive")
    }),
  )

  it.live("are OpenMetrics for whoever accepts it", () =>
    Effect.gen(function* () {
      const { headers, text } = yield* scrape(yield* makeWorld(), {
        Accept: "application/openmetrics-text;version=1.0.0",
      })
      assert.strictEqual(
        headers["content-type"],
        "application/openmetrics-text; version=1.0.0; charset=utf-8",
      )
      assert.match(
        text,
        /\n# TYPE lead_gateway_leads_received counter\nlead_gateway_leads_received_total 0\n/,
      )
      assert.isTrue(text.endsWith("\n# EOF\n"))
    }),
  )
})

layer(World.layer({ metricsToken: "scrape-token-1" }), { excludeTestServices: true })(
  "metrics with a token",
  (it) => {
    it.effect.each(["Bearer scrape-token-1", "bearer   scrape-token-1"])("are shown for %s", (header) =>
      Effect.gen(function* () {
        assert.strictEqual((yield* scrape(yield* World, { Authorization: header })).status, 200)
      }),
    )

    it.effect.each([
      undefined,
      "",
      "Bearer",
      "Bearer ",
      "Bearer scrape-token-",
      "Bearer scrape-token-12",
      "Bearer Scrape-Token-1",
      "Basic scrape-token-1",
      "scrape-token-1",
    ])("are not shown for %s", (header) =>
      Effect.gen(function* () {
        const answer = yield* scrape(yield* World, header === undefined ? {} : { Authorization: header })
        assertError(answer, 401, "unauthorized", newId(answer))
        assert.strictEqual(answer.headers["www-authenticate"], "Bearer")
      }),
    )

    it.effect("leave health open", () =>
      Effect.gen(function* () {
        const world = yield* World
        for (const path of ["/health", "/livez", "/readyz", "/health/deep"]) {
          assert.strictEqual((yield* ask(world, { path })).status, 200, path)
        }
      }),
    )
  },
)

/** How many statements this database's sessions have run on the counts of leads. */
const readsOfCounts = (world: WorldShape) =>
  Effect.gen(function* () {
    let [before, scans] = [-1, 0]
    // Other sessions report their scans when they are idle, within a second: nothing comes any more after two equal reads.
    while (before !== scans) {
      before = scans
      yield* world.sql`SELECT pg_stat_force_next_flush()`
      yield* Effect.sleep("1500 millis")
      const [row] = yield* world.sql<{ scans: number }>`
        SELECT (coalesce(seq_scan, 0) + coalesce((SELECT sum(idx_scan) FROM pg_stat_user_indexes AS i WHERE i.relid = t.relid), 0))::float8 AS scans
        FROM pg_stat_user_tables AS t WHERE relname = 'lead_count'`
      scans = row?.scans ?? assert.fail("no statistics")
    }
    return scans
  })

describe("a hundred dashboards", () => {
  it.live.each(["/stats/leads/counts", "/api/v1/ledger"])("cost one query, and get the same: %s", (path) =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ statsCacheTtl: Duration.seconds(30) })
      yield* postLead(world, JSON.stringify(lead))
      const before = yield* readsOfCounts(world)
      const answers = yield* Effect.all(
        Array.from({ length: 100 }, () => ask(world, { path })),
        { concurrency: "unbounded" },
      )
      assert.deepStrictEqual(new Set(answers.map(({ status }) => status)), new Set([200]))
      assert.lengthOf(new Set(answers.map(({ text }) => text)), 1)
      assert.match(answers[0]?.text ?? "", /^\{"received":1,/)
      assert.strictEqual((yield* readsOfCounts(world)) - before, 1)
    }),
  )

  it.live("cost one query each where nothing is shared", () =>
    Effect.gen(function* () {
      const world = yield* makeWorld({ statsCacheTtl: Duration.zero })
      const before = yield* readsOfCounts(world)
      for (let n = 0; n < 5; n++) yield* ask(world, { path: "/stats/leads/counts" })
      assert.strictEqual((yield* readsOfCounts(world)) - before, 5)
    }),
  )
})
