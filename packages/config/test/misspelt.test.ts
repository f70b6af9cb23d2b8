import { assert, describe, it } from "@effect/vitest"
import { apiSettings, Kind, loadSettings, loggingSettings, Settings, variables } from "@lead-gateway/config"
import { Effect } from "effect"
import { directory } from "./world.ts"

const settings = Settings.all({ api: apiSettings, logging: loggingSettings })

const loadIn = (env: Readonly<Record<string, string>>, dotEnv?: string) =>
  Effect.flatMap(directory(dotEnv === undefined ? {} : { ".env": dotEnv }), (directory) =>
    loadSettings(settings, { env, directory }),
  )

/** What is warned of when the environment has these names, each with a value that must not be shown. */
const warnings = (...names: ReadonlyArray<string>) =>
  Effect.map(loadIn(Object.fromEntries(names.map((name) => [name, "hunter2"]))), (loaded) => loaded.warnings)

/** A misspelt name, what is meant, and where such a name comes from. */
const misspelt = [
  ["RATE_LIMIT_PER_SECOND", "RATE_LIMIT_PER_SEC", "the report"],
  ["RATE_LIMIT_PER_SECS", "RATE_LIMIT_PER_SEC", "a unit in the plural"],
  ["REDDIS_URL", "REDIS_URL", "as https://github.com/margince/margince/pull/1568"],
  ["LOG_LEVL", "LOG_LEVEL", "as https://github.com/ahrefs/ocannl/issues/629"],
  ["LOGLEVEL", "LOG_LEVEL", "as https://github.com/rust-lang/cargo/pull/6694: a separator more or less"],
  ["ENABLE_AUHT", "ENABLE_AUTH", "two letters swapped (https://github.com/supki/envparse/issues/22)"],
  ["SHARED_SECERT", "SHARED_SECRET", "two letters swapped in a secret"],
  ["SHARED_SECRETS", "SHARED_SECRET", "a plural"],
  ["SHARED_SECRET_FILES", "SHARED_SECRET_FILE", "the file of a secret"],
  ["OPERATOR_TOKEN", "OPERATOR_TOKENS", "a singular"],
  ["DB_USERNAME", "DB_USER", "Laravel's name: https://laravel.com/docs/database"],
  ["DB_PASS", "DB_PASSWORD", "a word cut short"],
  ["DB_SSL_MODE", "DB_SSLMODE", "a separator more or less"],
  ["DB_PROT", "DB_PORT", "two letters swapped in a short name"],
  ["DATABASE_URI", "DATABASE_URL", "SQLAlchemy's word"],
  ["database_url", "DATABASE_URL", "lower case"],
  ["API-PORT", "API_PORT", "another separator"],
  ["CUSTOMER_URL", "CUSTOMER_API_URL", "a word left out"],
  ["CUSTOMER_API_KEY", "CUSTOMER_API_TOKEN", "our own prefix"],
  ["CUSTOMER_API_TIMEOUT_MS", "CUSTOMER_API_TIMEOUT", "a unit"],
  ["API_CUSTOMER_URL", "CUSTOMER_API_URL", "words in another order"],
  ["MAX_BODY_SIZE", "MAX_BODY_BYTES", "another last word"],
  ["SHUTDOWN_TIMEOUT_SECONDS", "SHUTDOWN_TIMEOUT", "a unit"],
  ["WORKER_POLL_INTERVALL", "WORKER_POLL_INTERVAL", "German spelling"],
] as const

/** Names in the environment of ordinary processes that are nobody's mistake, with who sets them. */
const foreign: Readonly<Record<string, string>> = {
  "POSIX and shells":
    "HOME PATH USER LOGNAME SHELL PWD OLDPWD SHLVL TERM LANG LC_ALL TZ TMPDIR EDITOR PAGER MAIL DISPLAY HOSTNAME _",
  "XDG and systemd":
    "XDG_DATA_DIR XDG_DATA_DIRS XDG_CONFIG_HOME XDG_RUNTIME_DIR INVOCATION_ID JOURNAL_STREAM NOTIFY_SOCKET",
  "Node and npm":
    "NODE_ENV NODE_OPTIONS NODE_VERSION npm_config_registry npm_lifecycle_event npm_package_name PNPM_HOME YARN_VERSION COREPACK_ENABLE_STRICT",
  OpenTelemetry: "OTEL_SERVICE_NAME OTEL_EXPORTER_OTLP_ENDPOINT OTEL_LOG_LEVEL OTEL_RESOURCE_ATTRIBUTES",
  "Heroku, Fly, Render, Railway":
    "PORT HOST DYNO REDIS_TLS_URL FLY_APP_NAME RENDER_SERVICE_NAME RAILWAY_ENVIRONMENT DATABASE_PRIVATE_URL DATABASE_PUBLIC_URL",
  "Kubernetes, for a service named api":
    "KUBERNETES_SERVICE_HOST KUBERNETES_PORT_443_TCP_ADDR API_SERVICE_HOST API_SERVICE_PORT API_SERVICE_PORT_HTTP API_PORT_8080_TCP API_PORT_8080_TCP_ADDR API_PORT_8080_TCP_PORT",
  "Kubernetes, for a service named customer-api":
    "CUSTOMER_API_SERVICE_HOST CUSTOMER_API_SERVICE_PORT CUSTOMER_API_PORT CUSTOMER_API_PORT_80_TCP CUSTOMER_API_PORT_80_TCP_PROTO",
  "docker images":
    "POSTGRES_USER POSTGRES_PASSWORD POSTGRES_DB PGDATA PGHOST PGPORT PGUSER MYSQL_DATABASE REDIS_HOST REDIS_PORT REDIS_PASSWORD",
  "other programs":
    "RATE_LIMIT MARGINCE_REDDIS APP_PORT APP_HOST APP_URL API_URL API_KEY API_TOKEN API_TIMEOUT LOG_FILE LOG_DIR DB_DATABASE DB_CONNECTION QUEUE_CONNECTION SECRET_KEY AUTH_TOKEN HTTP_PROXY NO_PROXY",
  "GitHub Actions and GitLab":
    "CI GITHUB_TOKEN GITHUB_API_URL RUNNER_TEMP CI_API_V4_URL CI_JOB_TOKEN GITLAB_USER_NAME",
  AWS: "AWS_REGION AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_LAMBDA_FUNCTION_NAME ECS_CONTAINER_METADATA_URI",
}

describe("a misspelt name", () => {
  for (const [name, meant, source] of misspelt) {
    it.effect(`in the environment is warned of, without its value: ${name} (${source})`, () =>
      Effect.gen(function* () {
        assert.deepStrictEqual(yield* warnings(name), [`${name} is not a setting; did you mean ${meant}?`])
      }),
    )
  }

  it.effect("in .env stops the start, with file and line, beside all other mistakes", () =>
    Effect.gen(function* () {
      const dotEnv = [
        "# leads per second",
        "RATE_LIMIT_PER_SECOND=5",
        "",
        "COMPOSE_PROJECT_NAME=leads",
        "API_PORT=http",
        "  export SHARED_SECRET_FILES = /run/secrets",
      ]
      const { diagnostics } = yield* Effect.flip(loadIn({}, dotEnv.join("\r\n")))
      assert.deepStrictEqual(diagnostics, [
        ".env:2: RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?",
        ".env:6: SHARED_SECRET_FILES is not a setting; did you mean SHARED_SECRET_FILE?",
        '.env: API_PORT: "http" is invalid; use a whole number from 0 to 65535',
      ])
    }),
  )

  it.effect("in the environment is warned of also beside what is wrong, which it may have caused", () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(loadIn({ API_PORTT: "1", API_PORT: "x" }, "RATE_LIMIT_PER_SECOND=5"))
      assert.strictEqual(
        failure.message,
        [
          ".env:1: RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?",
          'API_PORT: "x" is invalid; use a whole number from 0 to 65535',
          "API_PORTT is not a setting; did you mean API_PORT?",
        ].join("\n"),
      )
      assert.lengthOf(failure.diagnostics, 2)
      assert.deepStrictEqual(failure.warnings, ["API_PORTT is not a setting; did you mean API_PORT?"])
      const required = Settings.required("DATABASE_URL", Kind.path, "Database")
      const missing = loadSettings(required, { env: { DATABASEURL: "x" }, directory: yield* directory() })
      assert.strictEqual(
        (yield* Effect.flip(missing)).message,
        "DATABASE_URL: is missing; use a path\nDATABASEURL is not a setting; did you mean DATABASE_URL?",
      )
    }),
  )

  it.effect("is one also with the file of what is no secret", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* warnings("API_PORT_FILE"), [
        "API_PORT_FILE is not a setting: only secrets are read from files; did you mean API_PORT?",
      ])
    }),
  )

  it.effect("is none when it is blank, nor is a name of another process of ours", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual((yield* loadIn({ RATE_LIMIT_PER_SECOND: " " })).warnings, [])
      assert.deepStrictEqual(
        (yield* loadIn({ WORKER_PORT: "1" }, "RETRY_SCAN_LIMIT=5\nCUSTOMER_API_TOKEN_FILE=x")).warnings,
        [],
      )
    }),
  )

  it.effect("is shown on one line whatever it holds", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* warnings("LOG_\u200bLEVEL"), [
        String.raw`LOG_\u200bLEVEL is not a setting; did you mean LOG_LEVEL?`,
      ])
    }),
  )
})

describe("a name that is no mistake", () => {
  for (const [who, names] of Object.entries(foreign)) {
    it.effect(`is not warned of: ${who}`, () =>
      Effect.gen(function* () {
        const all = names.split(" ")
        assert.deepStrictEqual(yield* warnings(...all), [])
        const env = all.map((name) => `${name}=1`).join("\n")
        assert.deepStrictEqual((yield* loadIn({}, env)).warnings, [])
      }),
    )
  }

  it.effect("is every setting, and the file of every secret", () =>
    Effect.gen(function* () {
      const names = variables.flatMap(({ name, secret }) => (secret ? [name, `${name}_FILE`] : [name]))
      const { warnings } = yield* loadSettings(Settings.succeed(0), {
        env: Object.fromEntries(names.map((name) => [name, "1"])),
        directory: yield* directory(),
      })
      assert.deepStrictEqual(warnings, [])
    }),
  )
})
