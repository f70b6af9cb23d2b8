/**
 * Debian's Prometheus and Alertmanager with the rules that are deployed, in a hurry: minutes are seconds, and what is scraped
 * is scraped each second.
 */
import { Effect } from "effect"
import { cpSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs"
import { createServer } from "node:http"
import { join } from "node:path"
import { inRepository, makeEmptyFolder, ownPort } from "../../faults/support/places.ts"
import { until } from "../../faults/support/until.ts"
import { startProgram } from "./programs.ts"

/** What Alertmanager has sent to a receiver. */
export interface Notice {
  readonly receiver: string
  readonly status: "firing" | "resolved"
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** A series: its labels and its newest value. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** A rule as Prometheus has read it. */
export interface Rule {
  readonly type: "alerting" | "recording"
  readonly name: string
  readonly query: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly health: string
}

/** A series as Prometheus writes it. */
interface Result {
  readonly metric: Readonly<Record<string, string>>
  readonly value: readonly [time: number, value: string]
}

/** Addresses by job: `{ api: ["127.0.0.1:8080"] }`. For `front` URLs, which need a `blackbox` exporter. */
export type Targets = Readonly<Record<string, ReadonlyArray<string>>>

/** Durations of a rule or a route that are long, as short ones: minutes become seconds, and hours three of them. */
const hurry = (text: string) =>
  text
    .replace(/(\bfor: |\[)(\d+)m\b/g, (_, before: string, minutes: string) => `${before}${minutes}s`)
    .replace(/(\bfor: )\d+h\b/g, (_, before: string) => `${before}3s`)
    .replace(/\[5s\]/g, "[12s]")
    // A process takes a second to start again.
    .replace(/\[15s\]/g, "[45s]")
    .replace(/(group_wait|group_interval): \S+/g, "$1: 1s")
    .replace(/(scrape_interval|scrape_timeout): \S+/g, "$1: 3s")
    .replace(/(evaluation_interval|refresh_interval): \S+/g, "$1: 1s")

/** Replaces exactly one text of a file, or fails. */
const replaceIn = (file: string, replacements: ReadonlyArray<readonly [string | RegExp, string]>) => {
  let text = readFileSync(file, "utf8")
  for (const [from, to] of replacements) {
    const replaced = text.replace(from, to)
    if (replaced === text) throw new Error(`${file} lacks ${String(from)}`)
    text = replaced
  }
  writeFileSync(file, hurry(text))
}

/** Starts both for the current scope. */
export const startMonitoring = Effect.fnUntraced(function* (targets: Targets, blackbox = "127.0.0.1:9") {
  const folder = yield* makeEmptyFolder
  const [port, managerPort, sink] = [yield* ownPort, yield* ownPort, yield* receiver]
  for (const name of ["prometheus", "alertmanager"])
    cpSync(inRepository(`deploy/${name}`), join(folder, name), { recursive: true })
  const at = (path: string) => join(folder, path)
  replaceIn(at("prometheus/prometheus.yml"), [
    [
      /- dns_sd_configs:\n\s+- names: \[alertmanager\]\n\s+type: A\n\s+port: 9093/,
      `- static_configs: [{ targets: ["127.0.0.1:${managerPort}"] }]`,
    ],
    [/ {4}dns_sd_configs:\n(\s+- names: \[api\]\n)(.*\n){3}/, ""],
    [/ {4}dns_sd_configs:\n(\s+- names: \[worker\]\n)(.*\n){3}/, ""],
    ["blackbox:9115", blackbox],
  ])
  for (const name of readdirSync(at("prometheus/rules"))) {
    const file = at(`prometheus/rules/${name}`)
    // The small disk of a test is a tmpfs.
    writeFileSync(file, hurry(readFileSync(file, "utf8").replace('fstype!~"tmpfs|', 'fstype!~"')))
  }
  for (const [job, addresses] of Object.entries(targets))
    writeFileSync(at(`prometheus/targets/${job}.yml`), JSON.stringify([{ targets: addresses }]))
  replaceIn(at("alertmanager/alertmanager.yml"), [
    ["http://alert-receiver:8080/on-call", `${sink.url}/on-call`],
    ["http://alert-receiver:8080/team", `${sink.url}/team`],
  ])
  mkdirSync(at("data"))

  const managerUrl = `http://127.0.0.1:${managerPort}`
  yield* startProgram(
    "alertmanager",
    [
      `--config.file=${at("alertmanager/alertmanager.yml")}`,
      `--storage.path=${at("data")}`,
      `--web.listen-address=127.0.0.1:${managerPort}`,
      "--cluster.listen-address=",
      "--log.level=error",
    ],
    `${managerUrl}/-/ready`,
  )
  const url = `http://127.0.0.1:${port}`
  yield* startProgram(
    "prometheus",
    [
      `--config.file=${at("prometheus/prometheus.yml")}`,
      `--storage.tsdb.path=${at("tsdb")}`,
      `--web.listen-address=127.0.0.1:${port}`,
      "--rules.alert.resend-delay=1s",
      "--log.level=error",
    ],
    `${url}/-/ready`,
  )
  const get = (path: string) =>
    Effect.promise(async () => ((await (await fetch(`${url}${path}`)).json()) as { data?: unknown }).data)
  const query = (expression: string): Effect.Effect<ReadonlyArray<Sample>> =>
    Effect.map(get(`/api/v1/query?query=${encodeURIComponent(expression)}`), (data) => {
      const { result = [] } = (data ?? {}) as { result?: ReadonlyArray<Result> }
      return result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    })
  const rules = Effect.map(get("/api/v1/rules"), (data) => {
    const { groups } = data as { groups: ReadonlyArray<{ rules: ReadonlyArray<Rule> }> }
    return groups.flatMap((group) => group.rules)
  })
  const newest = (alert: string) =>
    sink.notices().findLast(({ labels }) => labels.alertname === `LeadGateway${alert}`)
  /** Waits until Alertmanager's newest notice of an alert says this. */
  const becomes = Effect.fnUntraced(function* (
    alert: string,
    status: Notice["status"],
    withinMs: number = 40_000,
  ) {
    if (yield* until(() => newest(alert)?.status === status, withinMs, 50)) return newest(alert)
    const firing = (yield* query("ALERTS")).map(({ labels }) => `${labels.alertname} ${labels.alertstate}`)
    const last = newest(alert)?.status ?? "never sent"
    return yield* Effect.die(
      new Error(`${alert} is not ${status} but ${last}; now: ${firing.join(", ") || "none"}`),
    )
  })
  return { becomes, notices: sink.notices, query, rules, url }
})

/** Receives what Alertmanager sends. */
const receiver = Effect.gen(function* () {
  const notices: Array<Notice> = []
  const server = createServer((incoming, response) => {
    let text = ""
    incoming.on("data", (chunk: Buffer) => (text += chunk.toString()))
    incoming.on("end", () => {
      const { alerts } = JSON.parse(text) as { alerts: ReadonlyArray<Omit<Notice, "receiver">> }
      notices.push(...alerts.map((alert) => ({ ...alert, receiver: incoming.url?.slice(1) ?? "" })))
      response.end()
    })
  })
  const port = yield* ownPort
  yield* Effect.acquireRelease(
    Effect.promise(() => new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve))),
    () => Effect.sync(() => server.close().closeAllConnections()),
  )
  return { url: `http://127.0.0.1:${port}`, notices: () => notices }
})
