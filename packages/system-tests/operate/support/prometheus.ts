/** Debian's Prometheus: a server that scrapes, and `promtool`. */
import { debianPackages } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { spawn, spawnSync } from "node:child_process"
import { writeFileSync } from "node:fs"
import { join } from "node:path"
import { makeEmptyFolder, ownPort } from "../../faults/support/places.ts"

const unpacked = Effect.promise(() => debianPackages("prometheus"))

/** What `promtool check metrics` says of metrics: nothing, if they are as they should be. */
export const checkMetrics = (text: string): Effect.Effect<string> =>
  Effect.map(unpacked, ({ root }) => {
    const { status, stderr, stdout } = spawnSync(join(root, "usr/bin/promtool"), ["check", "metrics"], {
      input: text,
      encoding: "utf8",
    })
    return status === 0 && stdout + stderr === "" ? "" : `${status}: ${stdout}${stderr}`
  })

/** A target: what Prometheus calls it, its address, and the token that it wants. */
export interface Target {
  readonly job: string
  readonly address: string
  readonly token: string
}

/** A series as Prometheus has stored it. */
export interface Sample {
  readonly labels: Readonly<Record<string, string>>
  readonly value: number
}

/** Starts a server that scrapes every second, for the current scope; returns how to query it. */
export const startPrometheus = Effect.fnUntraced(function* (targets: ReadonlyArray<Target>) {
  const { root } = yield* unpacked
  const folder = yield* makeEmptyFolder
  const port = yield* ownPort
  const jobs = targets.map(({ address, job, token }) => ({
    job_name: job,
    authorization: { credentials: token },
    static_configs: [{ targets: [address] }],
  }))
  const file = join(folder, "prometheus.yml")
  // JSON is YAML.
  writeFileSync(
    file,
    JSON.stringify({ global: { scrape_interval: "1s", scrape_timeout: "1s" }, scrape_configs: jobs }),
  )
  yield* Effect.acquireRelease(
    Effect.sync(() =>
      spawn(
        join(root, "usr/bin/prometheus"),
        [
          `--config.file=${file}`,
          `--storage.tsdb.path=${join(folder, "data")}`,
          `--web.listen-address=127.0.0.1:${port}`,
          "--log.level=warn",
        ],
        { stdio: ["ignore", "inherit", "inherit"] },
      ),
    ),
    (server) =>
      Effect.callback<void>((resume) => {
        if (server.exitCode !== null) return resume(Effect.void)
        server.once("exit", () => resume(Effect.void))
        server.kill("SIGKILL")
      }),
  )

  const get = (path: string) =>
    Effect.promise(() =>
      fetch(`http://127.0.0.1:${port}${path}`).then(
        (response): Promise<unknown> => response.json(),
        () => undefined,
      ),
    )
  const query = (expression: string): Effect.Effect<ReadonlyArray<Sample>> =>
    Effect.map(get(`/api/v1/query?query=${encodeURIComponent(expression)}`), (answer) => {
      const { data } = (answer ?? { data: { result: [] } }) as {
        data: { result: ReadonlyArray<{ metric: Record<string, string>; value: [number, string] }> }
      }
      return data.result.map(({ metric, value }) => ({ labels: metric, value: Number(value[1]) }))
    })
  return { query, targets: get("/api/v1/targets") }
})
