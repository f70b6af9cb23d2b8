import { assert, describe, it } from "@effect/vitest"
import { EmbeddedPostgres } from "@lead-gateway/embedded-postgres"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect, Redacted } from "effect"
import { SqlClient } from "effect/sql/SqlClient"
import { execFile } from "node:child_process"
import { readFileSync, writeFileSync, renameSync } from "node:fs"
import { createServer } from "node:net"
import { join } from "node:path"
import { promisify } from "node:util"
import { command, makeFolder, processesOf, start, startGateway } from "./support/apps.ts"
import { wrongConfiguration } from "./support/doctor.ts"
import { ask, post, reached, receive } from "./support/http.ts"
import { validLead } from "./support/leads.ts"

/** Variables of which five are wrong, for every app. */
const fiveMistakes = {
  gateway: {
    API_PORT: "99999",
    WORKER_CONCURRENCY: "0",
    CUSTOMER_API_URL: "ftp://customer.example",
    RETRY_BACKOFF_BASE: "soon",
    LOG_LEVEL: "loud",
  },
  api: {
    DATABASE_URL: "mysql://db/leads",
    API_PORT: "http",
    MAX_BODY_BYTES: "many",
    LOG_FORMAT: "xml",
    SHUTDOWN_TIMEOUT: "-1s",
    QUEUE_TYPE: "database",
  },
  worker: {
    DB_MAX_OPEN_CONNS: "none",
    MAX_RETRY_ATTEMPTS: "1.5",
    WORKER_POLL_INTERVAL: "5",
    CUSTOMER_API_TIMEOUT: "1h",
    CUSTOMER_API_ALLOW_PRIVATE: "perhaps",
    DATABASE_URL: "postgres://127.0.0.1/leads",
    CUSTOMER_API_URL: "http://127.0.0.1/leads",
    QUEUE_TYPE: "database",
  },
} as const

describe.concurrent("an app that cannot start", () => {
  for (const app of ["gateway", "api", "worker"] as const) {
    it.live(`names five wrong variables at once, a line each, and ends with code 1: ${app}`, () =>
      Effect.gen(function* () {
        const folder = yield* makeFolder
        const process = yield* start(app, { folder, env: fiveMistakes[app] })
        assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
        const names = Object.keys(fiveMistakes[app]).slice(0, 5)
        const named = process.stderr().map((line) => line.split(":")[0])
        assert.sameMembers(named, names)
        for (const line of process.stderr()) {
          // A URL of a database may hold a password.
          assert.match(line, /^([A-Z_]+: ".+"|DATABASE_URL: \(secret\)) is invalid; use ./)
        }
        assert.deepStrictEqual(process.stdout(), [])
      }),
    )
  }

  it.live("asks for both secrets when ENABLE_AUTH is set without them", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const process = yield* start("gateway", { folder, env: { ENABLE_AUTH: "true" } })
      assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
      assert.deepStrictEqual(
        process.stderr().map((line) => line.split(" ").slice(0, 3).join(" ")),
        ["SHARED_SECRET: is missing;", "OPERATOR_TOKENS: is missing;"],
      )
    }),
  )

  it.live("reports everything that is wrong in its configuration files", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const mapping = join(folder, "mapping.json")
      writeFileSync(mapping, '{ "roof": { "attribute_type": "number" } }')
      const env = { ATTRIBUTE_MAPPING_FILE: mapping, LEAD_RULES_FILE: "rules.json" }
      const process = yield* start("gateway", { folder, env })
      assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
      const [rules, ...mappings] = process.stderr()
      assert.strictEqual(
        rules,
        'LEAD_RULES_FILE: "rules.json" cannot be read (ENOENT); use the path of a readable file of JSON',
      )
      assert.isNotEmpty(mappings)
      for (const line of mappings) assert.isTrue(line.startsWith(`${mapping}: roof.`), line)
    }),
  )

  it.live("reports what is wrong in the environment, in .env and in files at once, each with its place", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const process = yield* start("gateway", { folder, env: wrongConfiguration(folder) })
      assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
      assert.sameMembers(
        process.stderr().map((line) => /^(?:[\w.]+: )?[\w.]+/.exec(line)?.[0]),
        [
          "DATABASE_URL",
          "API_PORT",
          "SHARED_SECRET",
          "OPERATOR_TOKENS: is",
          "LOG_LEVEL",
          ".env: WORKER_CONCURRENCY",
          ".env: RETRY_BACKOFF_BASE",
          ".env: CUSTOMER_API_TOKEN_FILE",
          "rules.json: rules.0.operator",
          "mapping.json: roof.attribute_type",
          "PAYLOAD_TEMPLATE_FILE",
        ],
      )
      assert.notInclude(process.lines().join("\n"), "nter2")
    }),
  )

  it.live("says on one line that its port is taken, and leaves nothing running", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const taken = yield* Effect.acquireRelease(
        Effect.callback<ReturnType<typeof createServer>>((resume) => {
          const server = createServer().listen(0, "127.0.0.1", () => resume(Effect.succeed(server)))
        }),
        (server) => Effect.sync(() => server.close()),
      )
      const { port } = taken.address() as { readonly port: number }
      const process = yield* start("gateway", { folder, env: { API_PORT: String(port) } })
      assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
      assert.deepStrictEqual(process.stderr(), [
        `cannot listen on 127.0.0.1:${port}: another program listens there`,
      ])
      assert.deepStrictEqual(processesOf(folder), [])
    }),
  )

  it.live("says on one line that another gateway uses the folder, and does that one no harm", () =>
    Effect.gen(function* () {
      const first = yield* startGateway()
      const second = yield* start("gateway", { folder: first.folder })
      assert.deepStrictEqual(yield* second.exited, { code: 1, signal: null })
      assert.strictEqual(second.stderr().length, 1)
      assert.include(second.stderr()[0], join(first.folder, ".data"))
      const id = yield* receive(first.url, validLead)
      yield* reached(first.url, id, "DELIVERED")
    }),
  )

  it.live(
    "works on a database that a newer version has migrated, unless that requires more, whichever app it is",
    () =>
      Effect.gen(function* () {
        const [folder, { client, url }] = yield* Effect.all([makeFolder, TestDatabase.make()])
        const env = {
          DATABASE_URL: url,
          CUSTOMER_API_URL: "http://127.0.0.1:9/",
          QUEUE_TYPE: "database",
        }
        const run = (statement: string) =>
          Effect.provide(
            SqlClient.use((sql) => sql.unsafe(statement)),
            client,
          )
        const first = yield* start("api", { folder, env })
        yield* first.waitForLine("api is ready")
        yield* run("INSERT INTO schema_migration (name, run_on) VALUES ('9998_more', now())")
        const second = yield* start("api", { folder, env })
        yield* second.waitForLine("it has 9998_more")
        yield* second.waitForLine("api is ready")
        yield* run("INSERT INTO schema_migration (name, run_on) VALUES ('9999_future', now())")
        yield* run("INSERT INTO schema_compatibility VALUES ('9999_future', 9998)")
        for (const app of ["gateway", "api", "worker"] as const) {
          const process = yield* start(app, { folder, env })
          assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null }, app)
          assert.strictEqual(process.stderr().length, 1)
          assert.match(process.stderr()[0] ?? "", /migrated by a newer version of Lead Gateway .*9999_future/)
        }
        const status = yield* command("migrate", { folder, args: ["status"], env })
        assert.include(status.stdout.join("\n"), "(for versions that know 9998)  (unknown to this version)")
      }),
  )

  it.live("waits for `migrate up` when it is not to migrate itself", () =>
    Effect.gen(function* () {
      const [folder, { url }] = yield* Effect.all([makeFolder, TestDatabase.make()])
      const env = { DATABASE_URL: url, QUEUE_TYPE: "database", MIGRATE_ON_START: "false" }
      const api = yield* start("api", { folder, env })
      const listening = yield* api.waitForLine("api is listening")
      const { port } = JSON.parse(listening) as { readonly port: number }
      yield* api.waitForLine("waiting for `migrate up`")
      yield* api.waitForHttp(`http://127.0.0.1:${port}/readyz`, 503)
      assert.strictEqual((yield* command("migrate", { folder, args: ["up"], env })).exited.code, 0)
      yield* api.waitForHttp(`http://127.0.0.1:${port}/readyz`)
    }),
  )
})

describe.concurrent("a gateway that runs", () => {
  it.live("says on one line that its Postgres is gone for good, and ends with code 1", () =>
    Effect.gen(function* () {
      const { folder, process } = yield* startGateway()
      const [cluster, away] = [join(folder, ".data/postgres"), join(folder, "away")]
      const [server = ""] = readFileSync(join(cluster, "postmaster.pid"), "utf8").split("\n")
      renameSync(cluster, away)
      globalThis.process.kill(Number(server), "SIGKILL")
      assert.deepStrictEqual(yield* process.exited, { code: 1, signal: null })
      assert.strictEqual(process.stderr().length, 1)
      assert.match(process.stderr()[0] ?? "", /^the database server ended: .*postgres\.log/)
      assert.deepStrictEqual(processesOf(folder), [])
      renameSync(away, cluster)
      yield* startGateway({ folder })
    }),
  )
})

describe.concurrent("an app that starts", () => {
  it.live("waits for a database that is not up yet, and says so meanwhile", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const dataDir = join(folder, "later")
      const { port, url } = yield* Effect.scoped(EmbeddedPostgres.make({ dataDir, durable: false }))
      const env = {
        DATABASE_URL: Redacted.value(url),
        CUSTOMER_API_URL: "http://127.0.0.1:9/",
        QUEUE_TYPE: "database",
      }
      const ports = { api: yield* freePort, worker: yield* freePort }
      const api = yield* start("api", { folder, env: { ...env, API_PORT: String(ports.api) } })
      const worker = yield* start("worker", { folder, env: { ...env, WORKER_PORT: String(ports.worker) } })
      for (const [process, at] of [
        [api, ports.api],
        [worker, ports.worker],
      ] as const) {
        yield* process.waitForHttp(`http://127.0.0.1:${at}/livez`)
        yield* process.waitForHttp(`http://127.0.0.1:${at}/readyz`, 503)
      }
      const refused = yield* post(`http://127.0.0.1:${ports.api}`, validLead)
      assert.strictEqual(refused.status, 503)
      assert.deepInclude(refused.json as object, { error: "database error" })
      assert.isNotNull(refused.headers.get("retry-after"))
      const notReady = yield* ask(`http://127.0.0.1:${ports.worker}/readyz`)
      assert.include(notReady.text, "database")
      yield* EmbeddedPostgres.make({ dataDir, durable: false, port })
      yield* api.waitForHttp(`http://127.0.0.1:${ports.api}/readyz`)
      yield* worker.waitForHttp(`http://127.0.0.1:${ports.worker}/readyz`)
      assert.strictEqual((yield* post(`http://127.0.0.1:${ports.api}`, validLead)).status, 200)
      // They go before their database does.
      for (const process of [api, worker]) {
        yield* process.kill("SIGTERM")
        assert.deepStrictEqual(yield* process.exited, { code: 0, signal: null })
      }
    }),
  )

  it.live("requires secrets with ENABLE_AUTH, and shows in its banner where they go", () =>
    Effect.gen(function* () {
      const secrets = { SHARED_SECRET: "from-senders", OPERATOR_TOKENS: "from-operators" }
      const { process, url } = yield* startGateway({ env: { ENABLE_AUTH: "true", ...secrets } })
      const refused = [yield* post(url, validLead), yield* ask(`${url}/stats/leads/counts`)]
      assert.deepStrictEqual(
        refused.map(({ status }) => status),
        [401, 401],
      )
      const given = { SHARED_SECRET: secrets.SHARED_SECRET, OPERATOR_TOKEN: secrets.OPERATOR_TOKENS }
      const stdout = yield* pasteBanner(process.lines(), given)
      assert.deepInclude(JSON.parse(stdout) as object, { id: 1, status: "DELIVERED" })
      assert.notMatch(process.lines().join("\n"), /from-senders|from-operators/)
    }),
  )

  it.live("reads .env, over which the environment wins", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      writeFileSync(
        join(folder, ".env"),
        "CUSTOMER_PRODUCT_NAME=heat_pump\nLOG_FORMAT=text\nLOG_LEVEL=nonsense\n",
      )
      const { process, url } = yield* startGateway({ folder, env: { LOG_LEVEL: "info" } })
      assert.match(process.stdout()[0] ?? "", /INFO +starting .*CUSTOMER_PRODUCT_NAME=heat_pump/)
      const { text } = yield* reached(url, yield* receive(url, validLead), "DELIVERED")
      assert.include(text, '"product":{"name":"heat_pump"}')
    }),
  )

  it.live("shows by its banner how a lead is sent, with a demo customer that logs no personal data", () =>
    Effect.gen(function* () {
      const { folder, process } = yield* startGateway()
      const lines = process.lines()
      const ready = lines.findIndex((line) => line.includes('"gateway is ready"'))
      assert.deepStrictEqual(lines.slice(ready + 1, ready + 3), ["", "Lead Gateway is ready."])
      const [, address = ""] = /^ {2}console {4}(\S+)$/m.exec(lines.join("\n")) ?? []
      const page = yield* Effect.promise(async () => (await fetch(address)).text())
      assert.include(page, "&#34;via&#34;:&#34;open&#34;", "the console opens without a sign-in")
      const stdout = yield* pasteBanner(lines)
      const { customer_payload, delivery_attempts, status } = JSON.parse(stdout) as Record<string, unknown>
      assert.strictEqual(status, "DELIVERED")
      assert.deepInclude((delivery_attempts as ReadonlyArray<object>)[0], { success: true, status_code: 200 })
      assert.deepInclude(customer_payload as object, { product: { name: "solar_panel_installation" } })
      const accepted = JSON.parse(yield* process.waitForLine("demo customer accepted a lead")) as Record<
        string,
        unknown
      >
      assert.strictEqual(
        accepted.fields,
        "phone product.name attributes.solar_energy_consumption attributes.solar_offer_type",
      )
      assert.match(String(accepted.idempotency_key), /^[0-9a-f-]{36}$/)
      assert.match(String(accepted.correlation_id), /^[0-9a-f-]{36}$/)
      assert.notMatch(
        process
          .lines()
          .filter((line) => line.startsWith("{"))
          .join("\n"),
        /123456789|example\.com|66123|Kaufen|"5000"/,
      )
      assert.isNotEmpty(processesOf(folder), "the test sees the database server")
    }),
  )
})

/** Runs the command of a banner as a person pastes it; what it prints. */
const pasteBanner = (lines: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) => {
  const from = lines.findIndex((line) => line.startsWith("  curl "))
  const to = lines.findIndex((line) => line.includes("/history"))
  const command = lines.slice(from, to + 1).join("\n")
  const options = { env: { PATH: globalThis.process.env.PATH, ...env } }
  return Effect.promise(() => promisify(execFile)("sh", ["-c", command], options)).pipe(
    Effect.map(({ stdout }) => stdout),
  )
}

/** A port that nobody listens on now. */
const freePort = Effect.callback<number>((resume) => {
  const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address() as { readonly port: number }
    server.close(() => resume(Effect.succeed(port)))
  })
})
