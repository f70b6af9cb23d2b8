import { assert, describe, it } from "@effect/vitest"
import * as Config from "@lead-gateway/config"
import { Effect } from "effect"
import { diagnostics, load } from "./world.ts"

const read = (env: Readonly<Record<string, string>>) =>
  Effect.map(load(Config.apiSettings, env), ({ value: { allowedHosts, corsOrigins } }) => ({
    allowedHosts,
    corsOrigins,
  }))

describe("API_ALLOWED_HOSTS", () => {
  it.effect("is empty unless it is set, and CORS_ORIGINS too", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* read({}), { allowedHosts: [], corsOrigins: [] })
    }),
  )

  it.effect("lists hosts in the form in which requests are compared with them", () =>
    Effect.gen(function* () {
      const { allowedHosts } = yield* read({
        API_ALLOWED_HOSTS: "Leads.Example., 10.1.2.3,2001:DB8:0::1 ,[::ffff:10.0.0.1], api, api,",
      })
      assert.deepStrictEqual(allowedHosts, [
        "leads.example",
        "10.1.2.3",
        "[2001:db8::1]",
        "[::ffff:a00:1]",
        "api",
      ])
    }),
  )

  it.effect("is refused with a port, a scheme, a path or a wildcard", () =>
    Effect.gen(function* () {
      for (const wrong of [
        "leads.example:8080",
        "[::1]:8080",
        "https://leads.example",
        "leads.example/path",
        "*",
        "*.leads.example",
        "user@leads.example",
        "leads.example,two words",
        ",",
      ]) {
        assert.lengthOf(yield* diagnostics(Config.apiSettings, { API_ALLOWED_HOSTS: wrong }), 1, wrong)
      }
    }),
  )
})

describe("CORS_ORIGINS", () => {
  it.effect("lists origins as browsers send them", () =>
    Effect.gen(function* () {
      const { corsOrigins } = yield* read({
        CORS_ORIGINS:
          "HTTPS://Console.Example:443/, http://localhost:5173,https://bücher.example,http://[::1]:80",
      })
      assert.deepStrictEqual(corsOrigins, [
        "https://console.example",
        "http://localhost:5173",
        "https://xn--bcher-kva.example",
        "http://[::1]",
      ])
    }),
  )

  it.effect("is refused where it names no origin, or all of them", () =>
    Effect.gen(function* () {
      for (const wrong of [
        "*",
        "https://console.example,*",
        "https://*.console.example",
        "null",
        "console.example",
        "//console.example",
        "https://console.example/app",
        "https://console.example?x",
        "https://console.example#x",
        "https://user@console.example",
        "https:\\\\console.example",
        "https://",
        "https://console.example:99999",
        "file:///index.html",
        "chrome-extension://abc",
      ]) {
        const lines = yield* diagnostics(Config.apiSettings, { CORS_ORIGINS: wrong })
        assert.lengthOf(lines, 1, wrong)
        assert.include(lines[0], "CORS_ORIGINS: ")
      }
    }),
  )

  it.effect("is refused without showing a password", () =>
    Effect.gen(function* () {
      const [line] = yield* diagnostics(Config.apiSettings, {
        CORS_ORIGINS: "https://me:hunter2@console.example",
      })
      assert.notInclude(line, "hunter2")
    }),
  )
})
