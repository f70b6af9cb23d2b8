import { assert, describe, it } from "@effect/vitest"
import { Duration, Effect, Option, Redacted } from "effect"
import * as Config from "@lead-gateway/config"
import { load, diagnostics } from "./world.ts"

const api = Config.Settings.all({
  database: Config.databaseSettings,
  api: Config.apiSettings,
  queue: Config.queueSettings,
  logging: Config.loggingSettings,
  process: Config.processSettings,
})

const gateway = Config.Settings.all({
  database: Config.embeddedDatabaseSettings,
  api: Config.embeddedApiSettings,
  worker: Config.embeddedWorkerSettings,
  queue: Config.embeddedQueueSettings,
  customer: Config.optionalCustomerSettings,
  files: Config.fileSettings,
  logging: Config.loggingSettings,
  process: Config.processSettings,
  dataDirectory: Config.dataDirectory,
})

describe("the gateway", () => {
  it.effect("starts with nothing set, and its defaults are those of the contract", () =>
    Effect.gen(function* () {
      const { value, summary } = yield* load(gateway, {})
      assert.deepStrictEqual(value.database.connection, Option.none())
      assert.deepStrictEqual(value.customer.timeout, Duration.seconds(30))
      assert.deepStrictEqual(summary, {
        DB_MAX_OPEN_CONNS: "10",
        DB_CONN_MAX_LIFETIME: "30m",
        MIGRATE_ON_START: "true",
        API_HOST: "127.0.0.1",
        API_PORT: "8080",
        MAX_BODY_BYTES: "1MiB",
        IDEMPOTENCY_TTL: "24h",
        DEDUPE_WINDOW: "off",
        ACCEPT_FORMS: "false",
        INTAKE_RATE_LIMIT: "off",
        INTAKE_RATE_BY: "address",
        ENABLE_AUTH: "false",
        WORKER_POLL_INTERVAL: "5s",
        WORKER_CONCURRENCY: "5",
        WORKER_HOST: "127.0.0.1",
        WORKER_PORT: "8100",
        RETRY_SCAN_INTERVAL: "5s",
        RETRY_SCAN_LIMIT: "1000",
        RATE_LIMIT_PER_SEC: "off",
        BREAKER_FAILURES: "20",
        BREAKER_OPEN_FOR: "30s",
        BREAKER_RAMP: "30s",
        QUEUE_TYPE: "database",
        CUSTOMER_API_AUTH: "bearer",
        CUSTOMER_API_HTTP2: "auto",
        CUSTOMER_API_TIMEOUT: "30s",
        CUSTOMER_PRODUCT_NAME: "solar_panel_installation",
        CUSTOMER_API_ALLOW_PRIVATE: "true",
        ATTRIBUTE_MAPPING_FILE: "config/customer_attribute_mapping.json",
        LEAD_RULES_FILE: "config/lead_rules.json",
        NORMALIZER_PROFILE_FILE: "config/normalizer_profile.json",
        PAYLOAD_TEMPLATE_FILE: "config/customer_payload_template.json",
        LOG_LEVEL: "info",
        LOG_FORMAT: "json",
        SHUTDOWN_TIMEOUT: "30s",
        SLOW_MS: "1000",
        DATA_DIR: ".data",
      })
    }),
  )

  it.effect("reports five wrong variables in five lines, without secrets", () =>
    Effect.gen(function* () {
      const lines = yield* diagnostics(gateway, {
        API_PORT: "http",
        WORKER_CONCURRENCY: "0",
        CUSTOMER_API_URL: "ftp://me:hunter2@customer.example/",
        LOG_LEVEL: "loud",
        SHUTDOWN_TIMEOUT: "30",
        CUSTOMER_API_TOKEN: "fine",
      })
      assert.deepStrictEqual(
        lines.map((line) => line.replace(/; use .*/, "; use")),
        [
          'API_PORT: "http" is invalid; use',
          'WORKER_CONCURRENCY: "0" is invalid; use',
          'CUSTOMER_API_URL: "ftp://…@customer.example/" is invalid; use',
          'LOG_LEVEL: "loud" is invalid; use',
          'SHUTDOWN_TIMEOUT: "30" is invalid; use',
        ],
      )
    }),
  )

  it.effect("refuses a customer at an address that no delivery may go to", () =>
    Effect.gen(function* () {
      const refused = (url: string, allowPrivate = "true") =>
        diagnostics(gateway, { CUSTOMER_API_URL: url, CUSTOMER_API_ALLOW_PRIVATE: allowPrivate })
      assert.deepStrictEqual(yield* refused("http://169.254.169.254/latest"), [
        'CUSTOMER_API_URL: "http://169.254.169.254/latest" is invalid; ' +
          "the customer's URL leads to 169.254.169.254, a forbidden address",
      ])
      assert.deepStrictEqual(yield* refused("https://10.0.0.1/leads", "false"), [
        'CUSTOMER_API_URL: "https://10.0.0.1/leads" is invalid; ' +
          "the customer's URL leads to 10.0.0.1, a private address",
      ])
    }),
  )

  it.effect("has no use for a REDIS_URL", () =>
    Effect.gen(function* () {
      const { value } = yield* load(gateway, { REDIS_URL: "redis://:hunter2@x" })
      assert.deepStrictEqual(value.queue, { type: "database" })
    }),
  )

  it.effect("limits the rate of deliveries by a number that may have decimals, or not at all", () =>
    Effect.gen(function* () {
      const rate = (RATE_LIMIT_PER_SEC: string) =>
        Effect.map(load(Config.workerSettings, { RATE_LIMIT_PER_SEC }), ({ value, summary }) => [
          Option.getOrNull(value.ratePerSecond),
          summary.RATE_LIMIT_PER_SEC,
        ])
      assert.deepStrictEqual(yield* rate("0.5"), [0.5, "0.5"])
      assert.deepStrictEqual(yield* rate("100"), [100, "100"])
      assert.deepStrictEqual(yield* rate("OFF"), [null, "off"])
      for (const wrong of ["0", "-1", "1e3", "fast", "1,5", "100001"]) {
        assert.deepStrictEqual(yield* diagnostics(Config.workerSettings, { RATE_LIMIT_PER_SEC: wrong }), [
          `RATE_LIMIT_PER_SEC: "${wrong}" is invalid; use off or a number from 0.001 to 100000`,
        ])
      }
    }),
  )
})

describe("MIGRATE_ON_START", () => {
  it.effect("is true for every app unless it is turned off", () =>
    Effect.gen(function* () {
      const given = { DATABASE_URL: "postgres://me@db/leads" }
      for (const [set, expected] of [
        [given, true],
        [{ ...given, MIGRATE_ON_START: "false" }, false],
      ] as const) {
        assert.strictEqual((yield* load(Config.databaseSettings, set)).value.migrateOnStart, expected)
        assert.strictEqual((yield* load(Config.embeddedDatabaseSettings, set)).value.migrateOnStart, expected)
      }
    }),
  )
})

describe("RETENTION", () => {
  const read = (env: Readonly<Record<string, string>>) => load(Config.retentionSettings, env)

  it.effect("keeps all leads unless it is set", () =>
    Effect.gen(function* () {
      const { summary, value } = yield* read({})
      assert.deepStrictEqual(value, { retention: Option.none(), archiveDir: Option.none() })
      assert.deepStrictEqual(summary, { RETENTION: "off" })
    }),
  )

  it.effect("is a period of the calendar, and leads may be archived first", () =>
    Effect.gen(function* () {
      const { summary, value } = yield* read({ RETENTION: "18mo", ARCHIVE_DIR: "/var/leads" })
      assert.deepStrictEqual(value, {
        retention: Option.some({ months: 18, days: 0, hours: 0 }),
        archiveDir: Option.some("/var/leads"),
      })
      assert.deepStrictEqual(summary, { RETENTION: "18mo", ARCHIVE_DIR: "/var/leads" })
      assert.deepStrictEqual(yield* diagnostics(Config.retentionSettings, { RETENTION: "30m" }), [
        'RETENTION: "30m" is invalid; use off or a period such as 72h, 30d, 6w, 18mo or 2y, from 1h to 100y',
      ])
    }),
  )
})

describe("api and worker", () => {
  it.effect("need a database to be given", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(api, { QUEUE_TYPE: "database" }), [
        "DATABASE_URL: is missing; use a URL such as postgres://user:password@host:5432/name, or set DB_HOST, DB_USER and DB_NAME instead",
      ])
    }),
  )

  it.effect("need to know where Redis is when it is the queue, and ignore it when it is not", () =>
    Effect.gen(function* () {
      const ways =
        "redis://[user:password@]host:6379[/database], redis+sentinel://host:26379,host:26379/master-name[/database] " +
        "or redis+cluster://host:6379,host:6379 (rediss… for TLS), or QUEUE_TYPE=database, which needs no Redis"
      assert.deepStrictEqual(yield* diagnostics(Config.queueSettings, {}), [
        `REDIS_URL: is missing; use ${ways}`,
      ])
      assert.deepStrictEqual(
        yield* diagnostics(Config.queueSettings, {
          QUEUE_TYPE: "redis",
          REDIS_URL: "redis://:hunter2@x:port",
        }),
        [`REDIS_URL: (secret) is invalid; use ${ways} (a host is wrong)`],
      )
      assert.deepStrictEqual(
        (yield* load(Config.queueSettings, { REDIS_URL: "redis://x:port", QUEUE_TYPE: "database" })).value,
        { type: "database" },
      )
      assert.deepStrictEqual(yield* diagnostics(Config.queueSettings, { QUEUE_TYPE: "kafka" }), [
        'QUEUE_TYPE: "kafka" is invalid; use one of redis, rabbitmq, database',
      ])
    }),
  )

  it.effect("show where Redis is, and no password", () =>
    Effect.gen(function* () {
      const { value, summary } = yield* load(
        Config.embeddedQueueSettings,
        { QUEUE_TYPE: "redis", REDIS_URL_FILE: "url" },
        { url: "rediss://:hunter2@cache/2\n" },
      )
      assert.strictEqual(value.type, "redis")
      assert.deepStrictEqual(summary, { QUEUE_TYPE: "redis", REDIS_URL: "rediss://cache:6379/2" })
    }),
  )

  it.effect("show where RabbitMQ is without its password, and say what is missing of it", () =>
    Effect.gen(function* () {
      const { summary, value } = yield* load(
        Config.queueSettings,
        { QUEUE_TYPE: "rabbitmq", RABBITMQ_URL_FILE: "url", RABBITMQ_PREFETCH: "50" },
        { url: "amqps://leads:hunter2@a,b:1/leads%2Feu\n" },
      )
      assert.include(value, {
        type: "rabbitmq",
        queue: "queue:process_lead",
        queueType: "quorum",
        prefetch: 50,
      })
      assert.strictEqual(summary["RABBITMQ_URL"], "amqps://a:5671,b:1/leads%2Feu")
      const [missing] = yield* diagnostics(Config.queueSettings, { QUEUE_TYPE: "rabbitmq" })
      assert.match(missing ?? "", /^RABBITMQ_URL: is missing; use amqp:/)
    }),
  )

  it.effect("need the customer's URL when they deliver", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* diagnostics(Config.customerSettings, {}), [
        "CUSTOMER_API_URL: is missing; use an http or https URL without user name and password",
      ])
      const { value } = yield* load(Config.customerSettings, { CUSTOMER_API_URL: "http://127.0.0.1:9/leads" })
      assert.strictEqual(value.url.href, "http://127.0.0.1:9/leads")
    }),
  )
})

describe("ENABLE_AUTH", () => {
  it.effect("needs both secrets, said beside all other diagnostics", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(
        (yield* diagnostics(Config.apiSettings, { ENABLE_AUTH: "yes", API_PORT: "-1" })).map(
          (line) => line.split(";")[0],
        ),
        ['API_PORT: "-1" is invalid', "SHARED_SECRET: is missing", "OPERATOR_TOKENS: is missing"],
      )
      const [line] = yield* diagnostics(Config.apiSettings, { ENABLE_AUTH: "true", SHARED_SECRET: "a" })
      assert.match(line ?? "", /^OPERATOR_TOKENS: is missing/)
    }),
  )

  it.effect("is needed where senders are counted by their secrets", () =>
    Effect.gen(function* () {
      const env = { INTAKE_RATE_BY: "credential", INTAKE_RATE_LIMIT: "10/s" }
      assert.deepStrictEqual(yield* diagnostics(Config.apiSettings, env), [
        "INTAKE_RATE_BY: credential has no effect without ENABLE_AUTH=true; set it, or use address",
      ])
      const guarded = { ...env, ENABLE_AUTH: "true", SHARED_SECRET: "a", OPERATOR_TOKENS: "b" }
      assert.strictEqual((yield* load(Config.apiSettings, guarded)).value.intakeRateBy, "credential")
    }),
  )

  it.effect("gives lists of secrets, from variables or files", () =>
    Effect.gen(function* () {
      const { value, summary } = yield* load(
        Config.apiSettings,
        { ENABLE_AUTH: "1", SHARED_SECRET: "new,old", OPERATOR_TOKENS_FILE: "tokens" },
        { tokens: "ops\n" },
      )
      const auth = Option.getOrThrow(value.auth)
      assert.deepStrictEqual(auth.sharedSecrets.map(Redacted.value), ["new", "old"])
      assert.deepStrictEqual(auth.operatorTokens.map(Redacted.value), ["ops"])
      assert.include(summary, { SHARED_SECRET: "(set)", OPERATOR_TOKENS: "(set)" })
    }),
  )

  it.effect("lets everybody in when it is false, and is itself checked", () =>
    Effect.gen(function* () {
      const { value } = yield* load(Config.apiSettings, { SHARED_SECRET: "a" })
      assert.deepStrictEqual(value.auth, Option.none())
      assert.deepStrictEqual(yield* diagnostics(Config.apiSettings, { ENABLE_AUTH: "maybe" }), [
        'ENABLE_AUTH: "maybe" is invalid; use true or false',
      ])
    }),
  )
})

describe("an api without authentication", () => {
  const warningFor = (env: Readonly<Record<string, string>>) =>
    Effect.map(load(Config.apiSettings, env), ({ value }) =>
      Option.getOrNull(Config.openAccessWarning(value)),
    )

  it.effect.each([
    "0.0.0.0",
    "::",
    "10.0.0.7",
    "192.168.1.2",
    "api.internal",
    "127.example.com",
    "2001:db8::1",
  ])("is warned of on an address that others may reach: %s", (API_HOST) =>
    Effect.gen(function* () {
      assert.match(
        (yield* warningFor({ API_HOST })) ?? "",
        new RegExp(`^listens on ${API_HOST.replaceAll(".", "\\.")} without authentication: `),
      )
    }),
  )

  // RFC 1122 3.2.1.3, RFC 4291 2.5.3 and 2.5.5.2, RFC 6761 6.3.
  it.effect.each([
    "127.0.0.1",
    "127.1.2.3",
    "::1",
    "0:0:0:0:0:0:0:1",
    "localhost",
    "api.localhost",
    "::ffff:127.0.0.1",
  ])("is not, on a loopback address: %s", (API_HOST) =>
    Effect.map(warningFor({ API_HOST }), (warning) => assert.isNull(warning)),
  )

  it.effect("is warned of by default, and not where secrets are asked for", () =>
    Effect.gen(function* () {
      assert.isNotNull(yield* warningFor({}))
      assert.isNull(yield* warningFor({ ENABLE_AUTH: "true", SHARED_SECRET: "a", OPERATOR_TOKENS: "b" }))
      assert.isNotNull(yield* warningFor({ ENABLE_AUTH: "false", SHARED_SECRET: "a", OPERATOR_TOKENS: "b" }))
    }),
  )
})
