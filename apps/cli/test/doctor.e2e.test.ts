import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { CustomerBehaviour, TestCustomer, TestDatabase, TestRedis } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { chmodSync, mkdirSync, writeFileSync } from "node:fs"
import { join } from "node:path"
import type { Finding } from "../src/doctor/Finding.ts"
import { command, makeFolder, processesOf, startGateway } from "./support/apps.ts"
import { tlsCustomer, wrongConfiguration } from "./support/doctor.ts"

interface Report {
  readonly ok: boolean
  readonly findings: ReadonlyArray<Finding>
}

/** The findings of the doctor, as JSON; checks that the exit code matches. */
const runDoctor = Effect.fnUntraced(function* (
  folder: string,
  env: Readonly<Record<string, string>>,
  {
    args = [],
    nodeFlags = [],
  }: { readonly args?: ReadonlyArray<string>; readonly nodeFlags?: ReadonlyArray<string> } = {},
) {
  const { exited, stderr, stdout } = yield* command("doctor", {
    folder,
    args: ["--json", ...args],
    env,
    nodeFlags,
  })
  assert.deepStrictEqual([stdout.length, stderr], [1, []])
  const report = JSON.parse(stdout.join("")) as Report
  assert.strictEqual(exited.code, report.ok ? 0 : 1)
  for (const { advice, level } of report.findings) assert.strictEqual(advice === "", level === "ok")
  return report.findings
})

const problems = (findings: ReadonlyArray<Finding>) =>
  findings
    .filter(({ level }) => level !== "ok")
    .map(({ level, subject, what }) => `${level} ${subject}: ${what}`)

/** A migrated database of its own. */
const migrated = Effect.gen(function* () {
  const [folder, database] = yield* Effect.all([makeFolder, TestDatabase.make()])
  const { exited } = yield* command("migrate", { folder, args: ["up"], env: { DATABASE_URL: database.url } })
  assert.strictEqual(exited.code, 0)
  return { folder, ...database }
})

describe.concurrent("doctor", () => {
  it.live("finds nothing wrong where nothing is, and sends the customer neither lead nor token", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* migrated
      const customer = yield* TestCustomer.make({ respond: CustomerBehaviour.reply({ status: 401 }) })
      const redis = yield* TestRedis.make({ args: ["--maxmemory-policy", "noeviction"] })
      const env = {
        DATABASE_URL: url,
        REDIS_URL: redis.url,
        CUSTOMER_API_URL: `${customer.url}?key=secret-key`,
        CUSTOMER_API_TOKEN: "secret-token",
        CUSTOMER_API_HEADERS: "X-Tenant: secret-tenant",
        CUSTOMER_API_SIGNING_SECRETS: "whsec_c2VjcmV0LXNlY3JldC1zZWNyZXQtc2VjcmV0",
        ARCHIVE_DIR: "archive",
      }
      const findings = yield* runDoctor(folder, env, { args: ["--for", "worker"] })
      assert.deepStrictEqual(problems(findings), ["warning customer: no TLS: leads are sent in the clear"])
      const subjects = [...new Set(findings.map(({ subject }) => subject))]
      assert.deepStrictEqual(subjects, [
        "configuration",
        "files",
        "disk",
        "database",
        "clock",
        "queue",
        "customer",
      ])
      assert.match(
        findings.find(({ where }) => where === "retry policy")?.what ?? "",
        /^default-1: 5 attempts, waits 30s, 1m, 2m, 4m, age unlimited; retried: 429, 500-599, no answer; 409 after /,
      )
      const [request, ...more] = customer.requests()
      assert.deepStrictEqual([request?.method, request?.path, request?.body, more], ["GET", "/leads", "", []])
      assert.notProperty(request?.headers, "authorization")
      assert.notMatch(JSON.stringify(findings), /secret/)
    }),
  )

  it.live("prints for people what it finds and what to do, in the same order", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const env = { DATABASE_URL: "postgres://somebody:secret@127.0.0.1:1/leads" }
      const { exited, stderr, stdout } = yield* command("doctor", { folder, env })
      assert.deepStrictEqual([exited.code, stderr], [1, []])
      const database = stdout.findIndex((line) =>
        line.startsWith("wrong    database       127.0.0.1:1/leads: "),
      )
      assert.include(stdout[database], "ECONNREFUSED")
      assert.match(stdout[database + 1] ?? "", /^ +-> start Postgres there/)
      assert.strictEqual(stdout.at(-1), "1 wrong, 1 warning")
      assert.notInclude(stdout.join("\n"), "secret")
    }),
  )

  it.live(
    "reports eleven diagnostics at once, of the environment, of .env and of files, each with its place",
    () =>
      Effect.gen(function* () {
        const folder = yield* makeFolder
        const findings = yield* runDoctor(folder, wrongConfiguration(folder))
        const wrong = findings.filter(
          ({ level, subject }) => level === "wrong" && subject === "configuration",
        )
        assert.sameMembers(
          wrong.map(({ where, what }) => `${where}: ${/^[\w.]+/.exec(what)?.[0]}`),
          [
            "environment: DATABASE_URL",
            "environment: API_PORT",
            "environment: SHARED_SECRET",
            "environment: OPERATOR_TOKENS",
            "environment: LOG_LEVEL",
            ".env: WORKER_CONCURRENCY",
            ".env: RETRY_BACKOFF_BASE",
            ".env: CUSTOMER_API_TOKEN_FILE",
            "rules.json: rules.0.operator",
            "mapping.json: roof.attribute_type",
            "environment: PAYLOAD_TEMPLATE_FILE",
          ],
        )
        assert.notInclude(JSON.stringify(findings), "nter2")
        // The other checks run all the same.
        assert.isTrue(findings.some(({ subject }) => subject === "queue"))
      }),
  )

  it.live("says what Postgres lacks: the schema, rights, the right password", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const database = yield* TestDatabase.make()
      const env = { DATABASE_URL: database.url, QUEUE_TYPE: "database", API_HOST: "127.0.0.1" }
      const look = (more: Readonly<Record<string, string>> = {}) =>
        Effect.map(runDoctor(folder, { ...env, ...more }, { args: ["--for", "api"] }), problems)
      const [behind] = yield* look()
      assert.match(behind ?? "", /^warning database: lacks 0001_leads/)
      const [waits] = yield* look({ MIGRATE_ON_START: "false" })
      assert.match(waits ?? "", /^wrong database: lacks 0001_leads/)
      assert.strictEqual((yield* command("migrate", { folder, args: ["up"], env })).exited.code, 0)

      const role = `${database.name}_app`
      const restricted = new URL(database.url)
      restricted.username = role
      restricted.password = "a"
      yield* Effect.gen(function* () {
        const sql = yield* PgClient.PgClient
        yield* Effect.acquireRelease(sql.unsafe(`CREATE ROLE ${role} LOGIN PASSWORD 'a'`), () =>
          Effect.orDie(Effect.andThen(sql.unsafe(`DROP OWNED BY ${role}`), sql.unsafe(`DROP ROLE ${role}`))),
        )
        yield* sql.unsafe(`GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO ${role}`)
        yield* sql.unsafe(`GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ${role}`)
        yield* sql.unsafe(`REVOKE DELETE ON work FROM ${role}`)
        assert.deepStrictEqual(yield* look({ DATABASE_URL: restricted.href }), [
          "wrong database: lacks DELETE on work",
          "warning database: may not create tables, so it can neither migrate nor create partitions for new leads",
        ])
      }).pipe(Effect.scoped, Effect.provide(database.client))

      restricted.username = "nobody_knows"
      const [unknown] = yield* look({ DATABASE_URL: restricted.href })
      assert.match(unknown ?? "", /^wrong database: cannot be queried: .*nobody_knows/)
    }),
  )

  it.live(
    "warns of an api that is open to all, and of a name that is probably misspelt; in .env it is wrong",
    () =>
      Effect.gen(function* () {
        const folder = yield* makeFolder
        const env = {
          RATE_LIMIT_PER_SECOND: "5",
          DATABASE_URL: "postgres://a@127.0.0.1:1/a",
          QUEUE_TYPE: "database",
        }
        const inConfiguration = (env: Readonly<Record<string, string>>, ...args: ReadonlyArray<string>) =>
          Effect.map(runDoctor(folder, env, { args }), (findings) =>
            problems(findings.filter(({ subject }) => subject === "configuration")),
          )
        const misspelt = "RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?"
        const open =
          "listens on 0.0.0.0 without authentication: whoever reaches this port can send leads and read all of them"
        assert.deepStrictEqual(yield* inConfiguration(env, "--for", "api"), [
          `warning configuration: ${misspelt}`,
          `warning configuration: ${open}`,
        ])
        assert.deepStrictEqual(yield* inConfiguration({ API_HOST: "0.0.0.0" }), [
          `warning configuration: ${open}`,
        ])
        assert.deepStrictEqual(yield* inConfiguration({}), [])
        assert.deepStrictEqual(yield* inConfiguration({ API_PORTT: "1", API_PORT: "x" }), [
          'wrong configuration: API_PORT: "x" is invalid',
          "warning configuration: API_PORTT is not a setting; did you mean API_PORT?",
        ])
        writeFileSync(join(folder, ".env"), "LOG_LEVEL=info\nRATE_LIMIT_PER_SECOND=5\n", { mode: 0o600 })
        assert.deepStrictEqual(yield* inConfiguration({}), [`wrong configuration: ${misspelt}`])
      }),
  )

  it.live("says that this machine's clock differs from Postgres's", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* migrated
      const slow = `data:text/javascript,const now = Date.now; Date.now = () => now() - 60_000`
      const env = { DATABASE_URL: url, QUEUE_TYPE: "database", API_HOST: "127.0.0.1" }
      const findings = yield* runDoctor(folder, env, {
        args: ["--for", "api"],
        nodeFlags: ["--import", slow],
      })
      const [clock, ...more] = findings.filter(({ level }) => level !== "ok")
      assert.deepInclude(clock, { level: "wrong", subject: "clock" })
      assert.match(clock?.what ?? "", /^Postgres is (59|60)\d{3} ms ahead$/)
      assert.deepStrictEqual(more, [])
    }),
  )

  it.live("says what is wrong with Redis, without its password", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* migrated
      const redis = yield* TestRedis.make({
        password: "hunter2",
        args: ["--maxmemory-policy", "allkeys-lru"],
      })
      const look = (redisUrl: string) =>
        Effect.map(
          runDoctor(
            folder,
            { DATABASE_URL: url, REDIS_URL: redisUrl, API_HOST: "127.0.0.1" },
            { args: ["--for", "api"] },
          ),
          (findings) => {
            assert.notInclude(JSON.stringify(findings), "hunter")
            return problems(findings)
          },
        )
      assert.deepStrictEqual(yield* look(redis.url), [
        "warning queue: evicts keys when its memory is full (maxmemory-policy allkeys-lru)",
      ])
      assert.deepStrictEqual(yield* look(redis.url.replace("hunter2", "hunter3")), [
        "wrong queue: cannot be used (WRONGPASS)",
      ])
      yield* redis.kill
      assert.deepStrictEqual(yield* look(redis.url), ["wrong queue: cannot be used (ECONNREFUSED)"])
    }),
  )

  it.live("says what is wrong with RabbitMQ, without its password", () =>
    Effect.gen(function* () {
      const { folder, url } = yield* migrated
      const settings = { QUEUE_TYPE: "rabbitmq", RABBITMQ_URL: "amqp://leads:hunter2@127.0.0.1:1/leads" }
      const findings = yield* runDoctor(
        folder,
        { DATABASE_URL: url, API_HOST: "127.0.0.1", ...settings },
        { args: ["--for", "api"] },
      )
      assert.notInclude(JSON.stringify(findings), "hunter2")
      assert.deepStrictEqual(problems(findings), ["wrong queue: cannot be used (ECONNREFUSED)"])
    }),
  )

  it.live("says what is wrong with the customer's name, address, connection, TLS and answer", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      const look = (url: string, more: Readonly<Record<string, string>> = {}) =>
        Effect.map(runDoctor(folder, { CUSTOMER_API_URL: url, ...more }), (findings) =>
          problems(
            findings.filter(({ subject, what }) => subject === "customer" && !what.startsWith("no TLS:")),
          ),
        )
      assert.match(
        (yield* look("http://customer.invalid/")).join(),
        /^wrong customer: the name cannot be resolved/,
      )
      assert.match(
        (yield* look("http://localhost:1/", { CUSTOMER_API_ALLOW_PRIVATE: "false" })).join("\n"),
        /^wrong customer: resolves to (127\.0\.0\.1|::1), a private address/,
      )
      assert.deepStrictEqual(yield* look("http://localhost:1/", { CUSTOMER_API_ALLOW: "localhost" }), [
        "wrong customer: cannot be connected to (ECONNREFUSED)",
      ])
      assert.match(
        (yield* look("http://localhost:1/", { CUSTOMER_API_ALLOW: "10.0.0.0/8" })).join("\n"),
        /^wrong customer: resolves to (127\.0\.0\.1|::1), a private address/,
      )
      assert.deepStrictEqual(yield* look("http://127.0.0.1:1/"), [
        "wrong customer: cannot be connected to (ECONNREFUSED)",
      ])
      const secured = yield* tlsCustomer
      assert.match(
        (yield* look(secured.url)).join(),
        /^wrong customer: no TLS session \((DEPTH_ZERO_SELF_SIGNED_CERT|SELF_SIGNED_CERT_IN_CHAIN|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_HAS_EXPIRED)\)$/,
      )
      const trusted = yield* runDoctor(folder, {
        CUSTOMER_API_URL: secured.url,
        NODE_EXTRA_CA_CERTS: secured.certificate,
      })
      assert.isTrue(trusted.some(({ what }) => /^TLSv1\.3, certificate for \d+ more days$/.test(what)))
      const customer = yield* TestCustomer.make({
        respond: CustomerBehaviour.reply({ status: 302, headers: { Location: "http://127.0.0.1:9/" } }),
      })
      assert.match(
        (yield* look(customer.url)).join(),
        /^wrong customer: answers 302 .* redirects are never followed$/,
      )
    }),
  )

  it.live("looks at folders and files: what cannot be written, and secrets that everybody may read", () =>
    Effect.gen(function* () {
      const folder = yield* makeFolder
      writeFileSync(join(folder, "taken"), "")
      writeFileSync(join(folder, ".env"), "CUSTOMER_API_TOKEN=hunter2\n", { mode: 0o644 })
      mkdirSync(join(folder, "archive"))
      chmodSync(join(folder, ".env"), 0o644)
      const env = { DATA_DIR: "taken/data", ARCHIVE_DIR: "taken" }
      assert.sameMembers(
        problems(yield* runDoctor(folder, env)).filter((line) => line.includes("files:")),
        [
          `wrong files: cannot be written (ENOTDIR)`,
          "wrong files: is not a folder",
          "warning files: may hold secrets, and every user of this machine may read it",
        ],
      )
      chmodSync(join(folder, ".env"), 0o600)
      const fine = yield* runDoctor(folder, { ARCHIVE_DIR: "archive" })
      assert.deepStrictEqual(problems(fine.filter(({ subject }) => subject === "files")), [])
    }),
  )

  it.live("reports a misspelt name once, and looks at the embedded database all the same", () =>
    Effect.gen(function* () {
      const { folder } = yield* startGateway()
      const misspelt = "RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?"
      const inEnvironment = yield* runDoctor(folder, { RATE_LIMIT_PER_SECOND: "5" })
      assert.deepStrictEqual(problems(inEnvironment), [
        `warning configuration: ${misspelt}`,
        "warning customer: none is configured; a demo customer accepts every lead",
      ])
      writeFileSync(join(folder, ".env"), "RATE_LIMIT_PER_SECOND=5\n", { mode: 0o600 })
      const inFile = yield* runDoctor(folder, {})
      assert.deepStrictEqual(problems(inFile), [
        `wrong configuration: ${misspelt}`,
        "warning customer: none is configured; a demo customer accepts every lead",
      ])
      assert.isTrue(inFile.some(({ what }) => what === "is current"))
    }),
  )

  it.live("looks beside a running gateway, and makes no database where there is none", () =>
    Effect.gen(function* () {
      const { folder } = yield* startGateway()
      const beside = yield* runDoctor(folder, {})
      assert.isTrue(beside.some(({ what }) => what === "is current"))
      assert.deepStrictEqual(problems(beside), [
        "warning customer: none is configured; a demo customer accepts every lead",
      ])
      const empty = yield* makeFolder
      const none = yield* runDoctor(empty, {})
      assert.isTrue(none.some(({ what }) => what.startsWith("there is no database yet")))
      assert.deepStrictEqual(processesOf(empty), [])
    }),
  )
})
