import { assert, describe, expect, it } from "@effect/vitest"
import { type Settings, settingGroups, variables } from "@lead-gateway/config"
import { Effect } from "effect"
import { readFileSync } from "node:fs"
import { fileURLToPath } from "node:url"
import { parseEnv } from "node:util"
import { load, diagnostics } from "./world.ts"

const path = (file: string) => fileURLToPath(new URL(file, import.meta.url))

/** The settings that have a variable. */
const settingsOf = (name: string): ReadonlyArray<Settings.Settings<unknown>> =>
  settingGroups.flatMap(({ settings }) =>
    settings.filter((one) => one.variables.some((variable) => variable.name === name)),
  )

/** A value of each variable that is refused; undefined where any text is valid. */
const wrongValues: Readonly<Record<string, string | undefined>> = {
  DATABASE_URL: "mysql://localhost/leads",
  DB_HOST: "two words",
  DB_PORT: "0",
  DB_USER: "x".repeat(201),
  DB_PASSWORD: undefined,
  DB_NAME: "x".repeat(201),
  DB_SSLMODE: "prefer",
  DB_MAX_OPEN_CONNS: "1",
  DB_MAX_IDLE_CONNS: "-1",
  DB_CONN_MAX_LIFETIME: "30",
  MIGRATE_ON_START: "maybe",
  DATABASE_READ_URL: "mysql://replica/leads",
  DATABASE_READ_MAX_LAG: "5",
  DATA_DIR: "a\0b",
  API_HOST: "http://localhost",
  API_PORT: "65536",
  MAX_BODY_BYTES: "1MB",
  MAX_BYTES_IN_FLIGHT: "1MB",
  MAX_CONNECTIONS: "0",
  IDEMPOTENCY_TTL: "0s",
  IDEMPOTENCY_FIELD: "leads.*.id",
  DEDUPE_WINDOW: "721h",
  ACCEPT_FORMS: "perhaps",
  ENABLE_AUTH: "perhaps",
  SHARED_SECRET: "ä",
  WEBHOOK_SIGNING_SECRETS: "ä",
  WEBHOOK_VERIFIER_FILE: "a\0b",
  OPERATOR_TOKENS: "ä, ö",
  JWT_JWKS_URL: "ftp://login.example",
  JWT_SECRET: "shorter than 32 bytes",
  JWT_ALGORITHM: "RS256,none",
  JWT_ISSUER: "x".repeat(201),
  JWT_AUDIENCE: "x".repeat(201),
  JWT_ROLE_CLAIM: "x".repeat(201),
  API_ALLOWED_HOSTS: "leads.example:8080",
  CORS_ORIGINS: "*",
  TRUSTED_PROXIES: "10.0.0.0/33",
  INTAKE_RATE_LIMIT: "100",
  INTAKE_RATE_BY: "both",
  SEARCH_KEY: "too short",
  CUSTOMER_API_URL: "ftp://customer.example",
  CUSTOMER_API_AUTH: "digest",
  CUSTOMER_API_TOKEN: "ä",
  CUSTOMER_API_USER: "a:b",
  CUSTOMER_API_PASSWORD: "hunter\t2",
  CUSTOMER_API_HEADERS: "Host: customer.example",
  CUSTOMER_API_SIGNING_SECRETS: "whsec_c2hvcnQ=",
  CUSTOMER_API_CONNECT_TIMEOUT: "5",
  CUSTOMER_API_HTTP2: "always",
  CUSTOMER_API_ALLOW: "10.0.0.0/33",
  CUSTOMER_API_TIMEOUT: "0s",
  CUSTOMER_PRODUCT_NAME: "x".repeat(201),
  CUSTOMER_API_ALLOW_PRIVATE: "2",
  WORKER_POLL_INTERVAL: "1ms",
  WORKER_CONCURRENCY: "0",
  WORKER_HOST: "http://localhost",
  WORKER_PORT: "http",
  RETRY_SCAN_INTERVAL: "2h",
  RETRY_SCAN_LIMIT: "0",
  RETRY_POLICY_FILE: "a\0b",
  MAX_RETRY_ATTEMPTS: "21",
  RETRY_BACKOFF_BASE: "0s",
  RATE_LIMIT_PER_SEC: "0",
  BREAKER_FAILURES: "0",
  BREAKER_OPEN_FOR: "99ms",
  BREAKER_RAMP: "99ms",
  QUEUE_TYPE: "kafka",
  REDIS_URL: "http://localhost",
  RABBITMQ_URL: "http://localhost",
  RABBITMQ_QUEUE: "amq.leads",
  RABBITMQ_QUEUE_TYPE: "stream",
  RABBITMQ_PREFETCH: "0",
  ATTRIBUTE_MAPPING_FILE: "a\0b",
  LEAD_RULES_FILE: "a\0b",
  NORMALIZER_PROFILE_FILE: "a\0b",
  PAYLOAD_TEMPLATE_FILE: "a\0b",
  METRICS_TOKEN: "ä",
  STATS_CACHE_TTL: "61s",
  RETENTION: "3",
  ARCHIVE_DIR: "a\0b",
  LOG_LEVEL: "loud",
  LOG_FORMAT: "xml",
  SLOW_MS: "1s",
  SHUTDOWN_TIMEOUT: "2h",
  AWS_ENDPOINT_URL_S3: "s3://bucket",
  AWS_REGION: "Frankfurt am Main",
  AWS_ACCESS_KEY_ID: "ä",
  AWS_SECRET_ACCESS_KEY: "ä",
  AWS_SESSION_TOKEN: "ä",
  OTEL_SDK_DISABLED: "perhaps",
  OTEL_EXPORTER_OTLP_ENDPOINT: "localhost:4317",
  OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: "grpc://localhost:4317",
  OTEL_EXPORTER_OTLP_HEADERS: "hunter2",
  OTEL_EXPORTER_OTLP_TRACES_HEADERS: "content-length=hunter2",
  OTEL_EXPORTER_OTLP_TIMEOUT: "10s",
  OTEL_EXPORTER_OTLP_TRACES_TIMEOUT: "0",
  OTEL_EXPORTER_OTLP_PROTOCOL: "grpc",
  OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: "http/protobuf",
  OTEL_SERVICE_NAME: "x".repeat(201),
  OTEL_RESOURCE_ATTRIBUTES: "name=%zz",
  OTEL_TRACES_SAMPLER: "sometimes",
  OTEL_TRACES_SAMPLER_ARG: "1.1",
  OTEL_BSP_SCHEDULE_DELAY: "5s",
  OTEL_BSP_EXPORT_TIMEOUT: "-1",
  OTEL_BSP_MAX_QUEUE_SIZE: "0",
  OTEL_BSP_MAX_EXPORT_BATCH_SIZE: "0",
}

const ofBasic = ["CUSTOMER_API_USER", "CUSTOMER_API_PASSWORD"]

/** The examples of settings, without those that exclude the one of this name: a scheme uses a token or a user, JWTs have a key set or a secret. */
const examplesBeside = (settings: Settings.Settings<unknown>, name: string) => {
  const all = Object.fromEntries(settings.variables.map((variable) => [variable.name, variable.example]))
  const isBasic = ofBasic.includes(name)
  const unused = isBasic ? ["CUSTOMER_API_TOKEN"] : ofBasic
  const isBySecret = name === "JWT_SECRET"
  const excluded = [...unused, isBySecret ? "JWT_JWKS_URL" : "JWT_SECRET"]
  const examples = Object.fromEntries(Object.entries(all).filter(([other]) => !excluded.includes(other)))
  return {
    ...examples,
    ...(isBasic && { CUSTOMER_API_AUTH: "basic" }),
    ...(name.startsWith("RABBITMQ_") && { QUEUE_TYPE: "rabbitmq" }),
    ...(isBySecret && { JWT_ALGORITHM: "HS256" }),
  }
}

/** A line of comments, no longer than others in the file. */
const comment = (text: string): string => {
  const lines = [""]
  for (const word of text.split(" ")) {
    const line = `${lines.at(-1)} ${word}`
    if (line.length > 116) lines.push(` ${word}`)
    else lines[lines.length - 1] = line
  }
  return lines.map((line) => `#${line}`).join("\n")
}

const envExample = `${[
  comment(
    "Settings of Lead Gateway. Copy this file to .env and take the # from what you change; the values shown are the " +
      "defaults, or examples where there is none. The environment wins over .env. Every secret may also be given as " +
      "NAME_FILE, the path of a file that holds it.",
  ),
  ...settingGroups.map(({ settings, title }) =>
    [
      comment(`--- ${title}`),
      ...variables
        .filter(({ name }) => settings.some((one) => one.variables.some((other) => other.name === name)))
        .map(
          ({ about, expected, example, name }) =>
            `${comment(`${about} (${expected}).`)}\n#${name}=${example}`,
        ),
    ].join("\n"),
  ),
].join("\n\n")}\n`

/** Lines of a table, padded as the formatter does it. */
const table = (rows: ReadonlyArray<ReadonlyArray<string>>): string => {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)))
  const line = (row: ReadonlyArray<string>) =>
    `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(" | ")} |`
  const [head = [], ...body] = rows
  return [line(head), line(widths.map((width) => "-".repeat(width))), ...body.map(line)].join("\n")
}

describe("every setting", () => {
  it("is in the README, with its default and what is expected (vitest --update writes it)", async () => {
    const readme = readFileSync(path("../README.md"), "utf8")
    const rows = variables.map(({ about, expected, fallback, name, secret }) => [
      `\`${name}\`${secret ? "*" : ""}`,
      fallback,
      about,
      expected,
    ])
    const listed = `<!-- variables -->\n\n${table([["variable", "default", "what for", "expected"], ...rows])}\n\n<!-- /variables -->`
    const fresh = readme.replace(/<!-- variables -->[^]*<!-- \/variables -->/, () => listed)
    assert.include(fresh, listed)
    await expect(fresh).toMatchFileSnapshot(path("../README.md"))
  })

  it("is in .env.example, which sets nothing as long as nobody takes a # away (vitest --update writes it)", async () => {
    await expect(envExample).toMatchFileSnapshot(path("../../../.env.example"))
    assert.deepStrictEqual(parseEnv(envExample), {})
    const shown = parseEnv(envExample.replaceAll(/^#(?=[A-Z0-9_]+=)/gm, ""))
    assert.deepStrictEqual(shown, Object.fromEntries(variables.map(({ example, name }) => [name, example])))
  })

  it("has a wrong value below, so that none is left untested", () => {
    assert.sameMembers(
      Object.keys(wrongValues),
      variables.map(({ name }) => name),
    )
  })

  it.effect.each(variables)("takes what .env.example shows: $name", ({ name }) =>
    Effect.forEach(settingsOf(name), (settings) => load(settings, examplesBeside(settings, name))),
  )

  it.effect.each(variables.filter(({ name }) => wrongValues[name] !== undefined))(
    "refuses a wrong value, and says what is expected: $name",
    ({ expected, example, name, secret }) =>
      Effect.forEach(settingsOf(name), (settings) =>
        Effect.gen(function* () {
          const env = examplesBeside(settings, name)
          const wrong = wrongValues[name] ?? example
          const [line = "", ...more] = yield* diagnostics(settings, { ...env, [name]: wrong })
          assert.deepStrictEqual(more, [])
          assert.isTrue(line.startsWith(`${name}: `), line)
          assert.include(line, expected)
          if (secret) assert.notInclude(line, wrong)
        }),
      ),
  )
})
