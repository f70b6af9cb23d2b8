import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync, readFileSync, writeFileSync } from "node:fs"
import { inRepository } from "../faults/support/places.ts"
import { until } from "../faults/support/until.ts"
import { validLead } from "../operate/support/apps.ts"
import { startExporters } from "./support/exporters.ts"
import { labelsOf, namesOf } from "./support/expressions.ts"
import { startFleet } from "./support/fleet.ts"
import { startMonitoring } from "./support/Monitoring.ts"
import { startNginx } from "./support/Nginx.ts"

const { reply } = CustomerBehaviour

interface Panel {
  readonly title: string
  readonly gridPos: { readonly w: number; readonly x: number }
  readonly datasource?: { readonly uid: string }
  readonly targets?: ReadonlyArray<{ readonly expr: string; readonly legendFormat: string }>
}

/** The expressions of the dashboards, with where they are. */
const dashboards = () =>
  readdirSync(inRepository("deploy/grafana/dashboards")).flatMap((name) => {
    const { panels } = JSON.parse(
      readFileSync(inRepository(`deploy/grafana/dashboards/${name}`), "utf8"),
    ) as {
      panels: ReadonlyArray<Panel>
    }
    return panels.flatMap(({ datasource, targets = [], title }) =>
      targets.map(({ expr, legendFormat }) => ({
        place: `${name}: ${title}`,
        expression: expr,
        uid: datasource?.uid,
        legend: [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = ""]) => label),
      })),
    )
  })

/** What only an overloaded api shows; `lead_gateway_backup_…` is written by the test. */
const provided = new Set(["up", "ALERTS"])

describe("rules and dashboards", () => {
  it.live(
    "read only metrics and labels that the running apps and exporters show, and find data by them",
    () =>
      Effect.gen(function* () {
        const database = yield* TestDatabase.make()
        const redis = yield* TestRedis.make()
        const { apis, workers } = yield* startFleet({
          apis: 1,
          workers: 1,
          databaseUrl: database.url,
          redisUrl: redis.url,
          // No replica, but metrics of one.
          env: { DATABASE_READ_URL: database.url },
          customer: { respond: ({ body }) => reply({ status: body.includes("4950") ? 503 : 200 }) },
        })
        const [api, worker] = [apis, workers].map((apps) => `127.0.0.1:${apps[0]?.port}`)
        const nginx = yield* startNginx(apis.map(({ port }) => port))
        const { backupMetrics, blackbox, node } = yield* startExporters
        writeFileSync(
          backupMetrics,
          `lead_gateway_backup_last_success_timestamp_seconds ${Date.now() / 1000}\n`,
        )
        const { query, rules } = yield* startMonitoring(
          { api: [api ?? ""], worker: [worker ?? ""], node: [node], front: [`${nginx.url}/health`] },
          blackbox,
        )
        const feed = Effect.gen(function* () {
          for (const more of [{}, { zipcode: "10115" }, { phone: undefined }, { phone: "+495012345678" }]) {
            const body = JSON.stringify({ ...validLead, ...more })
            assert.strictEqual((yield* nginx.ask("/webhooks/leads", { body })).status, 200)
          }
          // Answered 500 or 503 by nobody: an error of the client still has a route.
          yield* nginx.ask("/stats/leads/counts")
        })
        yield* Effect.forkChild(Effect.forever(Effect.andThen(feed, Effect.sleep("1 second"))))

        const scrapes = yield* Effect.forEach(
          [
            `http://${api}/metrics`,
            `http://${worker}/metrics`,
            `http://${node}/metrics`,
            probe(blackbox, nginx.url),
          ],
          (url) => Effect.promise(async () => (await fetch(url)).text()),
        )
        yield* Effect.sleep("2 seconds")
        // Once more: counters of deliveries begin with the first one.
        scrapes.push(yield* Effect.promise(async () => (await fetch(`http://${worker}/metrics`)).text()))
        const shown = labelsOf(scrapes.join("\n"))
        const read = yield* rules
        const recorded = new Map(
          read
            .filter(({ type }) => type === "recording")
            .map(({ name, query }) => [name, namesOf(query).groups]),
        )
        const expressions = [
          ...read.map(({ name, query }) => ({
            place: name,
            expression: query,
            uid: "prometheus",
            legend: [],
          })),
          ...dashboards(),
        ]
        assert.isAbove(expressions.length, 70)
        const own = new Set(["job", "instance"])
        const wrong: Array<string> = []
        for (const { expression, legend, place, uid } of expressions) {
          const { groups, reads } = namesOf(expression)
          const labels = new Set(own)
          for (const { metric, labels: matched } of reads) {
            const known = new Set([...(shown.get(metric) ?? []), ...(recorded.get(metric) ?? [])])
            if (!shown.has(metric) && !recorded.has(metric) && !provided.has(metric))
              wrong.push(`${place}: no metric ${metric}`)
            for (const label of matched)
              if (!known.has(label) && !own.has(label))
                wrong.push(`${place}: ${metric} has no label ${label}`)
            for (const label of known) labels.add(label)
          }
          for (const label of [...groups, ...legend])
            if (!labels.has(label)) wrong.push(`${place}: nothing has the label ${label}`)
          if (uid !== "prometheus") wrong.push(`${place}: no datasource ${uid}`)
        }
        assert.deepStrictEqual(wrong, [])

        // Values of labels are right if something is found: of dashboards and recorded series.
        const hasData = [
          ...[...recorded.keys()].map((name) => ({ place: name, expression: name })),
          ...dashboards(),
        ]
        let without: ReadonlyArray<string> = []
        const allHave = Effect.gen(function* () {
          const found = yield* Effect.forEach(hasData, ({ expression }) => query(expression), {
            concurrency: 8,
          })
          without = hasData
            .filter((_, at) => found[at]?.length === 0)
            .map(({ expression, place }) => `${place}: ${expression}`)
          return without.length === 0
        })
        yield* until(allHave, 60_000, 1000)
        assert.deepStrictEqual(without, [])
        assert.deepStrictEqual(
          read.filter(({ health }) => health === "err"),
          [],
        )
      }),
  )
})

const probe = (blackbox: string, url: string) =>
  `http://${blackbox}/probe?module=https&target=${encodeURIComponent(`${url}/health`)}`
