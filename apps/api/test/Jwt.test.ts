import { assert, describe, it } from "@effect/vitest"
import type { JwtSettings } from "@lead-gateway/config"
import { Effect, Option, Redacted } from "effect"
import { SignJWT } from "jose"
import type { RequestListener } from "node:http"
import { afterEach, vi } from "vitest"
import { makeJwtCheck } from "../src/Jwt.ts"
import {
  audience,
  claims,
  ecKey,
  issuer,
  keySetOf,
  rsaKey,
  seconds,
  serveKeys,
  sign,
} from "./support/identityProvider.ts"

const [first, second, third] = [rsaKey("first"), rsaKey("second"), ecKey("third")]

const settings = (url: URL, more: Partial<JwtSettings> = {}): JwtSettings => ({
  keys: { _tag: "Jwks", url },
  algorithms: ["RS256"],
  issuer: Option.some(issuer),
  audience: Option.some(audience),
  roleClaim: "role",
  ...more,
})

const signed = (key: typeof first) =>
  Effect.promise(() => sign(key, { ...claims("admin"), exp: Math.floor(Date.now() / 1000) + 86_400 }))

const later = (ms: number) => {
  const [now, date] = [performance.now() + ms, Date.now() + ms]
  vi.spyOn(performance, "now").mockReturnValue(now)
  vi.spyOn(Date, "now").mockReturnValue(date)
}

afterEach(() => vi.restoreAllMocks())

const tagOf = <E extends { readonly _tag: string }>(effect: Effect.Effect<unknown, E>) =>
  Effect.map(Effect.flip(effect), ({ _tag }) => _tag)

describe("the keys of an identity provider", () => {
  it.live("are asked for once, and again when a JWT names a new one, at most every 30 s", () =>
    Effect.gen(function* () {
      let keys = [first]
      const { asked, url } = yield* serveKeys(keySetOf(() => keys))
      const check = yield* makeJwtCheck(settings(url))
      const [byFirst, bySecond] = yield* Effect.all([signed(first), signed(second)])
      assert.deepStrictEqual(yield* check(byFirst), { name: "8a7d0c1e-anna", role: "admin" })
      yield* check(byFirst)
      assert.strictEqual(asked(), 1)

      keys = [first, second]
      for (let request = 0; request < 20; request++) {
        assert.strictEqual(yield* tagOf(check(bySecond)), "Unauthorized")
      }
      assert.strictEqual(asked(), 1)
      later(31_000)
      yield* check(bySecond)
      yield* check(byFirst)
      assert.strictEqual(asked(), 2)
    }),
  )

  it.live("that are withdrawn count no more after ten minutes", () =>
    Effect.gen(function* () {
      let keys = [first]
      const { url } = yield* serveKeys(keySetOf(() => keys))
      const check = yield* makeJwtCheck(settings(url))
      const jwt = yield* signed(first)
      yield* check(jwt)
      keys = [second]
      later(601_000)
      assert.strictEqual(yield* tagOf(check(jwt)), "Unauthorized")
    }),
  )

  it.live("that were had stay good while the provider is away, and then nobody is let in", () =>
    Effect.gen(function* () {
      let isAway = false
      const { asked, url } = yield* serveKeys((request, response) =>
        isAway ? response.writeHead(503).end() : keySetOf(() => [first])(request, response),
      )
      const check = yield* makeJwtCheck(settings(url))
      const jwt = yield* signed(first)
      yield* check(jwt)
      isAway = true
      later(300_000)
      yield* check(jwt)
      later(301_000)
      for (let request = 0; request < 20; request++) {
        assert.strictEqual(yield* tagOf(check(jwt)), "DatabaseUnavailable")
      }
      assert.strictEqual(asked(), 2)
      isAway = false
      later(5_100)
      yield* check(jwt)
    }),
  )

  const unusable: ReadonlyArray<readonly [what: string, answer: RequestListener]> = [
    ["is down", (request) => request.socket.destroy()],
    ["answers 500", (_, response) => response.writeHead(500).end('{"keys":[]}')],
    [
      "redirects",
      (request, response) => {
        if (request.url === "/other") return keySetOf(() => [first])(request, response)
        return response.writeHead(302, { Location: "/other" }).end()
      },
    ],
    ["answers no JSON", (_, response) => response.end("<html>")],
    ["answers no key set", (_, response) => response.end('{"keys":{}}')],
    ["answers too much", (_, response) => response.end(" ".repeat(1024 ** 2 + 1))],
    ["hangs", () => {}],
    ["hangs within its answer", (_, response) => response.write('{"keys":[')],
  ]

  it.live.each(unusable)("let nobody in when the provider %s", ([, answer]) =>
    Effect.gen(function* () {
      const { asked, url } = yield* serveKeys(answer)
      const check = yield* makeJwtCheck(settings(url), { timeoutMs: 300 })
      const jwt = yield* signed(first)
      const error = yield* Effect.flip(check(jwt))
      assert.strictEqual(error._tag, "DatabaseUnavailable")
      assert.strictEqual(error.error, "the keys of the identity provider cannot be had")
      assert.strictEqual(yield* tagOf(check(jwt)), "DatabaseUnavailable")
      assert.strictEqual(asked(), 1)
    }),
  )

  it.live("let nobody in whose subject is no string", () =>
    Effect.gen(function* () {
      const { url } = yield* serveKeys(keySetOf(() => [first]))
      const check = yield* makeJwtCheck(settings(url))
      const named = (sub: unknown) =>
        Effect.flatMap(
          Effect.promise(() => sign(first, { ...claims("admin"), sub: sub as string })),
          check,
        )
      for (const sub of [7, true, { id: "anna" }, ["anna"]]) {
        assert.strictEqual(yield* tagOf(named(sub)), "Unauthorized", JSON.stringify(sub))
      }
      for (const sub of [null, "", "\u202e"]) {
        assert.deepStrictEqual(yield* named(sub), { name: "jwt", role: "admin" }, JSON.stringify(sub))
      }
    }),
  )

  it.live("may belong to a clock that differs by 30 s", () =>
    Effect.gen(function* () {
      const { url } = yield* serveKeys(keySetOf(() => [first]))
      const check = yield* makeJwtCheck(settings(url))
      const jwt = (more: object) => Effect.promise(() => sign(first, { ...claims("admin"), ...more }))
      yield* check(yield* jwt({ exp: seconds() - 20 }))
      yield* check(yield* jwt({ nbf: seconds() + 20 }))
      assert.strictEqual(yield* tagOf(check(yield* jwt({ exp: seconds() - 40 }))), "Unauthorized")
      assert.strictEqual(yield* tagOf(check(yield* jwt({ nbf: seconds() + 40 }))), "Unauthorized")
    }),
  )

  it.live("may be of several algorithms", () =>
    Effect.gen(function* () {
      const { url } = yield* serveKeys(keySetOf(() => [first, third]))
      const check = yield* makeJwtCheck(settings(url, { algorithms: ["RS256", "ES256"] }))
      for (const key of [first, third]) yield* check(yield* signed(key))
      const only = yield* makeJwtCheck(settings(url, { algorithms: ["ES256"] }))
      assert.strictEqual(yield* tagOf(only(yield* signed(first))), "Unauthorized")
    }),
  )
})

describe("a shared secret", () => {
  it.live("lets in who has it, by the algorithm that is set", () =>
    Effect.gen(function* () {
      const secret = "s".repeat(64)
      const check = yield* makeJwtCheck({
        keys: { _tag: "Secret", secret: Redacted.make(secret) },
        algorithms: ["HS256"],
        issuer: Option.none(),
        audience: Option.none(),
        roleClaim: "role",
      })
      const bySecret = (alg: string, text: string) =>
        Effect.promise(() =>
          new SignJWT({ role: "viewer" })
            .setProtectedHeader({ alg })
            .setExpirationTime("1h")
            .sign(Buffer.from(text)),
        )
      assert.deepStrictEqual(yield* check(yield* bySecret("HS256", secret)), { name: "jwt", role: "viewer" })
      assert.strictEqual(yield* tagOf(check(yield* bySecret("HS512", secret))), "Unauthorized")
      assert.strictEqual(yield* tagOf(check(yield* bySecret("HS256", "t".repeat(64)))), "Unauthorized")
    }),
  )
})
