import * as Config from "@lead-gateway/config"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Option, Redacted } from "effect"
import { diagnostics, load } from "./world.ts"

const auth = { ENABLE_AUTH: "true", SHARED_SECRET: "s" }
const jwks = {
  ...auth,
  JWT_JWKS_URL: "https://login.example/jwks",
  JWT_ISSUER: "https://login.example/",
  JWT_AUDIENCE: "leads",
}
const secret = { ...auth, JWT_SECRET: "x".repeat(32) }

const jwtOf = (env: Readonly<Record<string, string>>) =>
  Effect.map(load(Config.apiSettings, env), ({ value }) =>
    Option.getOrThrow(Option.flatMap(value.auth, ({ jwt }) => jwt)),
  )

const mistakes: ReadonlyArray<readonly [what: string, env: Record<string, string>, line: RegExp]> = [
  ["both keys", { ...jwks, JWT_SECRET: "x".repeat(32) }, /^JWT_SECRET: is set beside JWT_JWKS_URL; /],
  ["none", { ...jwks, JWT_ALGORITHM: "none" }, /^JWT_ALGORITHM: "none" is invalid; use one or several, /],
  ["none among others", { ...jwks, JWT_ALGORITHM: "RS256, none" }, /^JWT_ALGORITHM: .* is invalid; /],
  ["none in capitals", { ...jwks, JWT_ALGORITHM: "NONE" }, /^JWT_ALGORITHM: .* is invalid; /],
  ["an empty list", { ...jwks, JWT_ALGORITHM: "," }, /^JWT_ALGORITHM: .* is invalid; /],
  [
    "HS256 with public keys",
    { ...jwks, JWT_ALGORITHM: "RS256,HS256" },
    /^JWT_ALGORITHM: HS256 needs a secret and not/,
  ],
  [
    "RS256 with a secret",
    { ...secret, JWT_ALGORITHM: "RS256" },
    /^JWT_ALGORITHM: RS256 needs JWT_JWKS_URL and not/,
  ],
  [
    "a short secret",
    { ...auth, JWT_SECRET: "x".repeat(31) },
    /^JWT_SECRET: \(secret\) is invalid; use a text of at least 32 bytes$/,
  ],
  [
    "a secret too short for HS512",
    { ...secret, JWT_ALGORITHM: "HS512" },
    /^JWT_SECRET: \(secret\) is too short for HS512; use a text of at least 64 bytes$/,
  ],
  [
    "a key set without issuer",
    { ...jwks, JWT_ISSUER: "" },
    /^JWT_ISSUER: is missing, and required with JWT_JWKS_URL; /,
  ],
  [
    "a key set without audience",
    { ...jwks, JWT_AUDIENCE: "" },
    /^JWT_AUDIENCE: is missing, and required with JWT_JWKS_URL; /,
  ],
  [
    "an issuer without keys",
    { JWT_ISSUER: "https://login.example/" },
    /^JWT_ISSUER: has no effect without JWT_JWKS_URL or JWT_SECRET; /,
  ],
  ["an algorithm without keys", { JWT_ALGORITHM: "RS256" }, /^JWT_ALGORITHM: has no effect without /],
]

describe("JWT_…", () => {
  it.effect("has the usual algorithm of its kind of key", () =>
    Effect.gen(function* () {
      assert.deepStrictEqual(yield* jwtOf(jwks), {
        keys: { _tag: "Jwks", url: new URL("https://login.example/jwks") },
        algorithms: ["RS256"],
        issuer: Option.some("https://login.example/"),
        audience: Option.some("leads"),
        roleClaim: "role",
      })
      const { algorithms, issuer, keys } = yield* jwtOf(secret)
      assert.deepStrictEqual(algorithms, ["HS256"])
      assert.deepStrictEqual(issuer, Option.none())
      assert(keys._tag === "Secret")
      assert.strictEqual(Redacted.value(keys.secret), secret.JWT_SECRET)
    }),
  )

  it.effect("may name several algorithms, and another claim", () =>
    Effect.gen(function* () {
      const { algorithms, roleClaim } = yield* jwtOf({
        ...jwks,
        JWT_ALGORITHM: "ES256 , RS256,ES256",
        JWT_ROLE_CLAIM: "realm_access.roles",
      })
      assert.deepStrictEqual(algorithms, ["ES256", "RS256"])
      assert.strictEqual(roleClaim, "realm_access.roles")
    }),
  )

  it.effect.each(mistakes)("is refused with %s", ([, env, line]) =>
    Effect.gen(function* () {
      const lines = yield* diagnostics(Config.apiSettings, env)
      assert.lengthOf(lines, 1)
      assert.match(lines[0] ?? "", line)
      assert.notInclude(lines[0], "xxxx")
    }),
  )

  it.effect("makes OPERATOR_TOKENS unnecessary, and nothing else does", () =>
    Effect.gen(function* () {
      for (const env of [jwks, secret]) yield* load(Config.apiSettings, env)
      const { value } = yield* load(Config.apiSettings, { ...jwks, OPERATOR_TOKENS: "a,b" })
      assert.lengthOf(Option.getOrThrow(value.auth).operatorTokens, 2)
      const [line] = yield* diagnostics(Config.apiSettings, auth)
      assert.match(line ?? "", /^OPERATOR_TOKENS: is missing/)
    }),
  )

  it.effect("is checked, and not used, while authentication is off", () =>
    Effect.gen(function* () {
      const { value } = yield* load(Config.apiSettings, { ...jwks, ENABLE_AUTH: "false" })
      assert.deepStrictEqual(value.auth, Option.none())
    }),
  )
})
