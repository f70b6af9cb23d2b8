import { assert, describe, it } from "@effect/vitest"
import { scratchFolder, TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect } from "effect"
import { fileURLToPath } from "node:url"
import { ask, assertError, post } from "./support/Http.ts"
import { leadText } from "./support/leads.ts"
import { makeLink } from "./support/Postgres.ts"
import { makeSecrecy } from "./support/Secrecy.ts"
import { secretOf, standardHeaders } from "./support/senders.ts"
import { makeDatabase } from "./support/World.ts"

const inRepository = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url))

/** The api as operators run it, and a function that sends it a request. */
const start = Effect.fnUntraced(function* (env: Readonly<Record<string, string>>) {
  const api = yield* TestProcess.spawn({
    program: commandLine,
    args: ["api"],
    cwd: yield* scratchFolder({ migrations: inRepository("migrations"), config: inRepository("config") }),
    env: { API_HOST: "127.0.0.1", API_PORT: "0", QUEUE_TYPE: "database", ...env },
  })
  const line = yield* api.waitForLine("api is listening")
  const port = Number(/"port":(\d+)/.exec(line)?.[1])
  return { api, port, secrecy: makeSecrecy([]) }
})

describe("the api's process", { concurrent: true }, () => {
  it.live("listens before Postgres is there, migrates it, takes leads, and ends with 0", () =>
    Effect.gen(function* () {
      const database = yield* makeDatabase({ empty: true })
      const link = yield* makeLink(database.url, "cut")
      const world = yield* start({ DATABASE_URL: link.url })
      assert.strictEqual((yield* ask(world, { path: "/livez" })).status, 200)
      assertError(yield* ask(world, { path: "/readyz" }), 503, "not ready: database")
      assertError(yield* post(world, leadText), 503, "database error")
      yield* link.mend
      yield* world.api.waitForLine("api is ready")
      assert.strictEqual((yield* post(world, leadText)).status, 200)
      yield* world.api.kill("SIGTERM")
      assert.deepStrictEqual(yield* world.api.exited, { code: 0, signal: null })
      const output = world.api.lines().join("\n")
      assert.include(output, '"message":"stopped"')
      for (const value of ["customer@example.com", "+49123456789", database.name]) {
        assert.notInclude(output.replaceAll(/"DATABASE_URL":"[^"]*"/g, ""), value)
      }
    }),
  )

  it.live.each(["0.0.0.0", "::"])(
    "warns at every start of an address that all can reach, without secrets: %s",
    (host) =>
      Effect.gen(function* () {
        const { url } = yield* makeDatabase()
        const env = { DATABASE_URL: url, API_HOST: host, RATE_LIMIT_PER_SECOND: "sk_live_1" }
        const world = yield* start(env)
        yield* world.api.waitForLine("api is ready")
        const warnings = world.api
          .stdout()
          .map((line) => JSON.parse(line) as { readonly level: string; readonly message: string })
          .filter(({ level }) => level === "warn")
          .map(({ message }) => message)
        const open =
          `listens on ${host} without authentication: whoever reaches this port can send leads and read all of them; ` +
          "set ENABLE_AUTH=true with SHARED_SECRET and OPERATOR_TOKENS, or API_HOST=127.0.0.1"
        assert.deepStrictEqual(warnings, [
          "RATE_LIMIT_PER_SECOND is not a setting; did you mean RATE_LIMIT_PER_SEC?",
          open,
        ])
        assert.notInclude(world.api.lines().join("\n"), "sk_live_1")
        const health = JSON.parse((yield* ask(world, { path: "/health/deep" })).text) as object
        assert.deepInclude(health, { status: "up", warnings: [open] })
      }),
  )

  it.live("asks for secrets when it is told to", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const world = yield* start({
        DATABASE_URL: url,
        ENABLE_AUTH: "true",
        SHARED_SECRET: "first-secret,second-secret",
        OPERATOR_TOKENS: "operator-token",
        API_HOST: "0.0.0.0",
        MAX_BODY_BYTES: String(leadText.length),
      })
      yield* world.api.waitForLine("api is ready")
      assert.notInclude(world.api.lines().join("\n"), '"level":"warn"')
      const headers = { "X-Shared-Secret": "second-secret" }
      assertError(yield* post(world, leadText), 401, "unauthorized")
      assert.strictEqual((yield* post(world, leadText, { headers })).status, 200)
      assertError(yield* post(world, `${leadText} `, { headers }), 413, "payload too large")
      assertError(yield* ask(world, { path: "/stats/leads/counts" }), 401, "unauthorized")
      const output = world.api.lines().join("\n")
      for (const value of ["first-secret", "second-secret", "operator-token"])
        assert.notInclude(output, value)
    }),
  )

  it.live("lets in what is signed, with no shared secret", () =>
    Effect.gen(function* () {
      const { url } = yield* makeDatabase()
      const world = yield* start({
        DATABASE_URL: url,
        ENABLE_AUTH: "true",
        WEBHOOK_SIGNING_SECRETS: secretOf["standard-webhooks"],
        OPERATOR_TOKENS: "operator-token",
      })
      yield* world.api.waitForLine("api is ready")
      assertError(yield* post(world, leadText), 401, "unauthorized")
      assert.strictEqual((yield* post(world, leadText, { headers: standardHeaders() })).status, 200)
      assert.notInclude(world.api.lines().join("\n"), secretOf["standard-webhooks"])
    }),
  )
})
