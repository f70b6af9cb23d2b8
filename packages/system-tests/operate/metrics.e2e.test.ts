import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { startApps, validLead } from "./support/apps.ts"
import { checkMetrics, startPrometheus } from "./support/prometheus.ts"

const { reply } = CustomerBehaviour

/** Words of the leads that are sent, which no metric may hold. */
const personal = ["Lovelace", "+49123456789", "66123", "10115"]

const lead = (more: object = {}) => JSON.stringify({ ...validLead, last_name: "Lovelace", ...more })
const withoutPhone = JSON.stringify({ ...validLead, phone: undefined })

/** What Prometheus must have in the end: an expression, and the only value that is right. */
const exact: ReadonlyArray<readonly [expression: string, value: number]> = [
  ["lead_gateway_leads_received_total", 7],
  ['lead_gateway_http_requests_total{route="/webhooks/leads",method="POST",status="200"}', 7],
  ['lead_gateway_http_requests_total{route="/webhooks/leads",method="POST",status="400"}', 1],
  ['lead_gateway_http_requests_total{route="/stats/leads/:id/history",method="GET",status="404"}', 1],
  ['lead_gateway_http_requests_total{route="other",method="other",status="404"}', 1],
  ['lead_gateway_http_request_duration_seconds_count{route="/webhooks/leads"}', 8],
  ['lead_gateway_leads{job="api",status="DELIVERED"}', 4],
  ['lead_gateway_leads{job="worker",status="DELIVERED"}', 4],
  ['lead_gateway_leads{job="api",status="REJECTED"}', 1],
  ['lead_gateway_leads{job="api",status="FAILED"}', 1],
  ['lead_gateway_leads{job="api",status="PERMANENTLY_FAILED"}', 1],
  ['lead_gateway_leads{job="api",status="RECEIVED"}', 0],
  ['lead_gateway_leads{job="api",status="READY"}', 0],
  ['lead_gateway_decisions_total{outcome="READY",reason="none"}', 5],
  ['lead_gateway_decisions_total{outcome="REJECTED",reason="ZIP_NOT_66XXX"}', 1],
  ['lead_gateway_decisions_total{outcome="PARKED",reason="MISSING_REQUIRED_FIELD"}', 1],
  ['lead_gateway_deliveries_total{customer="default",outcome="DELIVERED",fault="none"}', 4],
  ['lead_gateway_deliveries_total{customer="default",outcome="RETRYING",fault="customer"}', 1],
  ['lead_gateway_deliveries_total{customer="default",outcome="PERMANENTLY_FAILED",fault="lead"}', 1],
  ['lead_gateway_delivery_failures_total{customer="default",fault="customer"}', 1],
  ['lead_gateway_delivery_duration_seconds_count{customer="default"}', 6],
  ["lead_gateway_received_to_delivered_seconds_count", 4],
  ["lead_gateway_retry_scheduled_total", 1],
  ["lead_gateway_worker_in_flight", 0],
  ['lead_gateway_queue_depth{job="api"}', 0],
  ['lead_gateway_leads_due{job="worker"}', 0],
  ['lead_gateway_oldest_due_seconds{job="api"}', 0],
  ['lead_gateway_circuit_open{job="worker",customer="default"}', 0],
  ['lead_gateway_unaccounted_leads{job="api"}', 0],
  ['lead_gateway_database_up{job="api"}', 1],
  ["lead_gateway_intake_batch_size_sum", 7],
]

/** What has some value: an expression, and the bounds that it is within. */
const plausible: ReadonlyArray<readonly [expression: string, from: number, to: number]> = [
  ['sum(lead_gateway_db_pool_connections{job="api"})', 1, 100],
  ['sum(lead_gateway_db_pool_connections{job="worker"})', 1, 100],
  ['lead_gateway_event_loop_lag_seconds_count{job="api"}', 5, 10_000],
  ['lead_gateway_event_loop_lag_seconds_count{job="worker"}', 5, 10_000],
  ['lead_gateway_http_request_duration_seconds_sum{route="/webhooks/leads"}', 0.001, 60],
  ["lead_gateway_received_to_delivered_seconds_sum", 0.01, 120],
  ["lead_gateway_delivery_duration_seconds_sum", 0.001, 60],
  ['nodejs_gc_duration_seconds_count{job="api",kind="minor"}', 0, 100_000],
  ['nodejs_heap_size_used_bytes{job="api"}', 5e6, 1e9],
  ['process_resident_memory_bytes{job="worker"}', 2e7, 2e9],
  ['process_cpu_seconds_total{job="worker"}', 0.1, 600],
  ['time() - process_start_time_seconds{job="api"}', 1, 600],
]

describe("metrics", () => {
  it.live("are scraped by Debian's Prometheus from api and worker, and say what has happened", () =>
    Effect.gen(function* () {
      let failures = 0
      const apps = yield* startApps({
        env: { METRICS_TOKEN: "scrape-1,scrape-2" },
        customer: (body) => {
          if (body.includes("4922")) return reply({ status: 422 })
          return reply({ status: body.includes("4950") && failures++ === 0 ? 503 : 200 })
        },
      })
      const { api, apiUrl, ask, post, worker, workerUrl } = apps
      const prometheus = yield* startPrometheus([
        { job: "api", address: new URL(apiUrl).host, token: "scrape-1" },
        { job: "worker", address: new URL(workerUrl).host, token: "scrape-2" },
      ])
      const sent = [lead(), lead(), lead(), lead({ zipcode: "10115" }), withoutPhone]
      for (const body of [...sent, lead({ phone: "+492212345678" }), lead({ phone: "+495012345678" })]) {
        assert.strictEqual((yield* post(body)).status, 200)
      }
      assert.strictEqual((yield* post('{"last_name": "Lovelace"')).status, 400)
      assert.strictEqual((yield* ask(`${apiUrl}/stats/leads/4711/history?name=Lovelace`)).status, 404)
      assert.strictEqual((yield* ask(`${apiUrl}/Lovelace`, { method: "SEARCH" })).status, 404)
      yield* apps.atRest(7)

      yield* eventually(
        Effect.gen(function* () {
          const wrong: Array<string> = []
          for (const [expression, value] of exact) {
            const values = (yield* prometheus.query(expression)).map((sample) => sample.value)
            if (values.length !== 1 || values[0] !== value)
              wrong.push(`${expression}: ${values.join(", ")} of ${value}`)
          }
          return wrong
        }),
      )
      for (const [expression, from, to] of plausible) {
        const [sample] = yield* prometheus.query(expression)
        assert.isAtLeast(sample?.value ?? Number.NaN, from, expression)
        assert.isAtMost(sample?.value ?? Number.NaN, to, expression)
      }
      const versions = yield* prometheus.query("lead_gateway_build_info")
      assert.deepStrictEqual(
        versions.map(({ labels }) => labels.job).toSorted((a, b) => (a ?? "").localeCompare(b ?? "")),
        ["api", "worker"],
      )
      // Prometheus asks for OpenMetrics.
      const targets = JSON.stringify(yield* prometheus.targets)
      assert.lengthOf(targets.match(/"health":"up"/g) ?? [], 2, targets)

      for (const [name, url] of [
        ["api", apiUrl],
        ["worker", workerUrl],
      ]) {
        const token = { headers: { Authorization: "Bearer scrape-1" } }
        const { headers, text } = yield* ask(`${url}/metrics`, token)
        assert.strictEqual(headers.get("content-type"), "text/plain; version=0.0.4; charset=utf-8")
        assert.strictEqual(yield* checkMetrics(text), "", name)
        for (const word of personal) assert.notInclude(text, word, name)
        const refused = yield* ask(`${url}/metrics`, { headers: { Authorization: "Bearer scrape" } })
        assert.strictEqual(refused.status, 401)
        assert.match(refused.text, /^\{"error":"unauthorized","correlation_id":"[\w-]+"\}$/)
      }
      for (const { lines } of [api, worker]) assert.notInclude(lines().join("\n"), "scrape-")
    }),
  )
})

/** Repeats until nothing is wrong, for 15 s. */
const eventually = (check: Effect.Effect<ReadonlyArray<string>>) =>
  Effect.gen(function* () {
    const until = performance.now() + 15_000
    for (;;) {
      const wrong = yield* check
      if (wrong.length === 0) return
      if (performance.now() > until) return assert.fail(wrong.join("\n"))
      yield* Effect.sleep("500 millis")
    }
  })
