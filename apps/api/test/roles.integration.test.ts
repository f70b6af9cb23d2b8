import { type Role, Roles, type Route, routeRoles, routes } from "@lead-gateway/api-contract"
import { PgClient } from "@effect/sql-pg"
import { assert, layer } from "@effect/vitest"
import { makeToken, OperatorTokens, tokenHash } from "@lead-gateway/lead-store"
import { Context, Effect, Layer, Option } from "effect"
import type { JWTPayload } from "jose"
import { request } from "node:http"
import { type HttpAnswer } from "./support/Http.ts"
import {
  audience,
  claims,
  forged,
  issuer,
  keySetOf,
  rsaKey,
  seconds,
  serveKeys,
  sign,
  unsigned,
} from "./support/identityProvider.ts"
import { makeWorld, type WorldShape } from "./support/World.ts"

const setting = "token-of-the-setting"
const sharedSecret = "secret-of-the-senders"
const key = rsaKey("key-1")
const otherKey = rsaKey("key-1")

/** What a request shows, and what comes of it: a role, or the status of the refusal. */
interface Credential {
  readonly name: string
  readonly authorization: string | ReadonlyArray<string> | undefined
  readonly expected: Role | 400 | 401 | 403
}

class Matrix extends Context.Service<
  Matrix,
  { readonly world: WorldShape; readonly credentials: ReadonlyArray<Credential> }
>()("@lead-gateway/api/test/Matrix") {
  static readonly layer = Layer.effect(
    Matrix,
    Effect.gen(function* () {
      const keys = yield* serveKeys(keySetOf(() => [key]))
      const world = yield* Effect.orDie(
        makeWorld({
          clients: { trustedProxies: [{ address: "127.0.0.1", prefix: 32, family: "ipv4" }] },
          auth: {
            sharedSecrets: [sharedSecret],
            operatorTokens: [setting],
            jwt: {
              keys: { _tag: "Jwks", url: keys.url },
              algorithms: ["RS256"],
              issuer: Option.some(issuer),
              audience: Option.some(audience),
              roleClaim: "role",
            },
          },
        }),
      )
      return { world, credentials: yield* makeCredentials(world) }
    }),
  )
}

const makeCredentials = Effect.fnUntraced(function* ({ sql }: WorldShape) {
  const tokens = Context.get(
    yield* Layer.build(Layer.provide(OperatorTokens.layer, Layer.succeed(PgClient.PgClient, sql))),
    OperatorTokens,
  )
  const by = { name: "test", via: "cli" } as const
  const token = (role: Role) =>
    Effect.orDie(
      Effect.map(tokens.create({ name: role, role }, by), ({ stored, token }) => ({ ...stored, token })),
    )
  const [viewer, operator, admin, revoked, expired, newer] = yield* Effect.all([
    token("viewer"),
    token("operator"),
    token("admin"),
    token("admin"),
    token("admin"),
    token("admin"),
  ])
  yield* Effect.orDie(tokens.revoke(revoked.id, by))
  yield* Effect.orDie(
    sql`UPDATE operator_token SET expires_at = now() - interval '1 s' WHERE id = ${expired.id}`,
  )
  yield* Effect.orDie(sql`UPDATE operator_token SET role = 'owner' WHERE id = ${newer.id}`)
  const jwt = (payload: JWTPayload, header: object = {}) => Effect.promise(() => sign(key, payload, header))
  const valid = yield* jwt(claims("admin"))
  const [head = "", , signature = ""] = valid.split(".")
  const pem = key.publicKey.export({ type: "spki", format: "pem" })
  const hs256 = { alg: "HS256", kid: key.kid, typ: "JWT" }

  const bearer = (name: string, text: string, expected: Credential["expected"]): Credential => ({
    name,
    authorization: `Bearer ${text}`,
    expected,
  })
  return [
    { name: "none", authorization: undefined, expected: 401 },
    { name: "an empty one", authorization: "", expected: 401 },
    { name: "the scheme alone", authorization: "Bearer", expected: 401 },
    bearer("garbage", "guess", 401),
    bearer("a sender's secret", sharedSecret, 401),
    { name: "a token without the scheme", authorization: admin.token, expected: 401 },
    { name: "a token as a password", authorization: `Basic ${btoa(`a:${admin.token}`)}`, expected: 401 },
    { name: "two", authorization: [`Bearer ${admin.token}`, `Bearer ${admin.token}`], expected: 400 },
    { name: "two in one", authorization: `Bearer ${admin.token}, Bearer ${admin.token}`, expected: 401 },
    bearer("a token that was never made", makeToken(), 401),
    bearer("a mistyped token", `${admin.token.slice(0, -1)}${admin.token.endsWith("A") ? "Q" : "A"}`, 401),
    bearer("the hash of a token", tokenHash(admin.token), 401),
    bearer("a revoked token", revoked.token, 401),
    bearer("an expired token", expired.token, 401),
    bearer("a token whose role a newer release knows", newer.token, 403),
    bearer("a viewer's token", viewer.token, "viewer"),
    bearer("an operator's token", operator.token, "operator"),
    bearer("an admin's token", admin.token, "admin"),
    { name: "the scheme in another case", authorization: `bearer ${admin.token}`, expected: "admin" },
    bearer("OPERATOR_TOKENS", setting, "admin"),
    bearer("a viewer's JWT", yield* jwt(claims("viewer")), "viewer"),
    bearer("an operator's JWT", yield* jwt(claims("operator")), "operator"),
    bearer("an admin's JWT", valid, "admin"),
    bearer("a JWT with several roles", yield* jwt(claims(["x", "viewer", "operator"])), "operator"),
    bearer(
      "a JWT for several services",
      yield* jwt({ ...claims("admin"), aud: ["other", audience] }),
      "admin",
    ),
    bearer("a JWT without a role", yield* jwt(claims()), 403),
    bearer("a JWT with another role", yield* jwt(claims("root")), 403),
    bearer("a JWT with a role in capitals", yield* jwt(claims("ADMIN")), 403),
    bearer("a JWT with a role that is no text", yield* jwt(claims({ admin: true })), 403),
    bearer("a JWT that ended a minute ago", yield* jwt({ ...claims("admin"), exp: seconds() - 60 }), 401),
    bearer("a JWT without an end", yield* jwt({ ...claims("admin"), exp: undefined } as never), 401),
    bearer("a JWT that begins in an hour", yield* jwt({ ...claims("admin"), nbf: seconds() + 3600 }), 401),
    bearer("a JWT of another issuer", yield* jwt({ ...claims("admin"), iss: `${issuer}x` }), 401),
    bearer("a JWT without an issuer", yield* jwt({ ...claims("admin"), iss: undefined } as never), 401),
    bearer("a JWT for another service", yield* jwt({ ...claims("admin"), aud: "other" }), 401),
    bearer("a JWT for nobody", yield* jwt({ ...claims("admin"), aud: undefined } as never), 401),
    bearer("a JWT by a key of another kid", yield* jwt(claims("admin"), { kid: "key-2" }), 401),
    bearer("a JWT by another key", yield* Effect.promise(() => sign(otherKey, claims("admin"))), 401),
    bearer("a JWT by another algorithm of the key", yield* jwt(claims("admin"), { alg: "PS256" }), 401),
    bearer("a JWT of alg none", unsigned(claims("admin"), "none"), 401),
    bearer("a JWT of alg None", unsigned(claims("admin"), "None"), 401),
    bearer("a JWT of alg none with a signature", `${unsigned(claims("admin"), "none")}${signature}`, 401),
    bearer("a JWT by HS256 with the public key", forged(hs256, claims("admin"), pem), 401),
    bearer("a JWT by HS256 with nothing", forged(hs256, claims("admin"), ""), 401),
    bearer(
      "a JWT with other claims",
      `${head}.${btoa('{"role":"admin"}').replace(/=+$/, "")}.${signature}`,
      401,
    ),
    bearer("a JWT without its signature", valid.slice(0, valid.lastIndexOf(".") + 1), 401),
    bearer("a JWT in two parts", valid.slice(0, valid.lastIndexOf(".")), 401),
    bearer("a JWT in four parts", `${valid}.x`, 401),
    bearer("a JWT with a critical header", yield* jwt(claims("admin")).pipe(Effect.map(critical)), 401),
  ] satisfies ReadonlyArray<Credential>
})

/** The same JWT with a header that names an extension nobody knows: its signature no longer fits either. */
const critical = (jwt: string): string => {
  const [, ...rest] = jwt.split(".")
  const header = { alg: "RS256", kid: key.kid, crit: ["x"], x: 1 }
  return [Buffer.from(JSON.stringify(header)).toString("base64url"), ...rest].join(".")
}

/** Requests come from addresses of their own: guesses of one address are limited. */
let asked = 0

/** Asks without waiting for the end of an answer that may have none. */
const probe = (
  { port, secrecy }: WorldShape,
  { method, path }: Route,
  { authorization }: Credential,
): Effect.Effect<HttpAnswer> =>
  Effect.callback((resume) => {
    for (const value of [authorization].flat()) secrecy.watch(value ?? "")
    const outgoing = request(
      {
        port,
        host: "127.0.0.1",
        method,
        agent: false,
        path: path.replaceAll(/:\w+/g, "7"),
        headers: {
          "X-Forwarded-For": `10.${(asked >> 16) & 255}.${(asked >> 8) & 255}.${asked++ & 255}`,
          ...(authorization !== undefined && { Authorization: [authorization].flat() }),
          ...(method !== "GET" && { "Content-Type": "application/json" }),
        },
      },
      (incoming) => {
        const status = incoming.statusCode ?? 0
        const done = (text: string) => {
          incoming.destroy()
          resume(Effect.succeed({ status, headers: incoming.headers, text }))
        }
        if (status < 400) return done("")
        const chunks: Array<Buffer> = []
        incoming.on("data", (chunk: Buffer) => chunks.push(chunk))
        incoming.on("end", () => done(Buffer.concat(chunks).toString("utf8")))
      },
    )
    outgoing.on("error", (error) => resume(Effect.die(error)))
    outgoing.end(method === "GET" ? undefined : "{}")
  })

const errorOf = ({ text }: HttpAnswer): unknown => (JSON.parse(text) as { readonly error?: unknown }).error

layer(Matrix.layer, { excludeTestServices: true })("the roles", (it) => {
  it.effect.each(routes.map((route) => ({ route, name: route.name, access: routeRoles[route.name] })))(
    "of $name: $access",
    ({ access, route }) =>
      Effect.gen(function* () {
        const { credentials, world } = yield* Matrix
        for (const credential of credentials) {
          const { expected, name } = credential
          const answer = yield* probe(world, route, credential)
          if (expected === 400) {
            assert.deepStrictEqual(
              [answer.status, errorOf(answer)],
              [400, "more than one authorization header"],
            )
          } else if (access === "open") assert.include([200, 503], answer.status, name)
          else if (access === "sender") assert.strictEqual(answer.status, 401, name)
          else if (expected === 401) {
            assert.deepStrictEqual([answer.status, errorOf(answer)], [401, "unauthorized"], name)
            assert.strictEqual(answer.headers["www-authenticate"], "Bearer")
          } else if (expected === 403 || !Roles.includes(expected, access)) {
            assert.deepStrictEqual(
              [answer.status, errorOf(answer)],
              [403, `forbidden: needs the role ${access}`],
              name,
            )
          } else assert.notInclude([401, 403, 429, 500, 503], answer.status, `${name}: ${answer.text}`)
        }
      }),
  )

  it.effect("are tried with every kind of credential, and each role comes", () =>
    Effect.gen(function* () {
      const { credentials } = yield* Matrix
      const expected = credentials.map((credential) => credential.expected)
      for (const one of [401, 403, "viewer", "operator", "admin"] as const) assert.include(expected, one)
      assert.isAtLeast(credentials.length, 45)
    }),
  )
})
