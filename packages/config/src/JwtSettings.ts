/** JSON Web Tokens of an identity provider: by which keys they are checked, and what they must say. */
import { Array, Option, Redacted, Result } from "effect"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"

/** The algorithms of RFC 7518 and RFC 8037 that sign with a shared secret, with the bytes that it needs at least. */
const secretBytes = { HS256: 32, HS384: 48, HS512: 64 } as const

/** Those that sign with a private key, so that whoever checks cannot sign. */
const publicAlgorithms = [
  "RS256",
  "RS384",
  "RS512",
  "PS256",
  "PS384",
  "PS512",
  "ES256",
  "ES384",
  "ES512",
  "EdDSA",
] as const

type SecretAlgorithm = keyof typeof secretBytes

/** How a JWT may be signed. `none` is not among them. */
export type JwtAlgorithm = SecretAlgorithm | (typeof publicAlgorithms)[number]

/** Which JWTs name an operator. */
export interface JwtSettings {
  /** The keys: a JSON Web Key Set that the issuer publishes, or a secret that it shares. */
  readonly keys:
    | { readonly _tag: "Jwks"; readonly url: URL }
    | { readonly _tag: "Secret"; readonly secret: Redacted.Redacted }
  /** All for a key set, or all for a secret. */
  readonly algorithms: Array.NonEmptyReadonlyArray<JwtAlgorithm>
  /** The `iss` that is required. */
  readonly issuer: Option.Option<string>
  /** What `aud` must contain. */
  readonly audience: Option.Option<string>
  /** The name of the claim that holds the role, or a path to it: `realm_access.roles`. */
  readonly roleClaim: string
}

const secretAlgorithms = Object.keys(secretBytes) as ReadonlyArray<SecretAlgorithm>
const isSecretAlgorithm = (name: JwtAlgorithm): name is SecretAlgorithm =>
  secretAlgorithms.some((one) => one === name)

const known: ReadonlyArray<JwtAlgorithm> = [...secretAlgorithms, ...publicAlgorithms]

const algorithmList = Kind.make<Array.NonEmptyReadonlyArray<JwtAlgorithm>>(
  `one or several, separated by commas, of ${known.join(", ")}`,
  "RS256",
  (text) => {
    const names = text.split(",").map((part) => known.find((one) => one === part.trim()))
    const algorithms = Array.dedupe(names.filter((name) => name !== undefined))
    return names.length > 0 && !names.includes(undefined) && Array.isReadonlyArrayNonEmpty(algorithms)
      ? algorithms
      : undefined
  },
  (value) => value.join(","),
)

const sharedSecret = Kind.makeSecret(
  `a text of at least ${secretBytes.HS256} bytes`,
  "a-secret-of-at-least-thirty-two-bytes",
  (text) => (Buffer.byteLength(text) >= secretBytes.HS256 ? Redacted.make(text) : undefined),
)

const parts = Settings.all({
  jwksUrl: Settings.optional(
    "JWT_JWKS_URL",
    Kind.withExample(Kind.httpUrl, "https://login.example/.well-known/jwks.json"),
    "Where the issuer publishes its keys: operators may then use its JWTs; whoever can change the answer lets anybody in, so use https",
  ),
  secret: Settings.optional(
    "JWT_SECRET",
    sharedSecret,
    "The secret that the issuer signs with, instead of JWT_JWKS_URL; whoever has it can sign any JWT",
  ),
  algorithms: Settings.optional(
    "JWT_ALGORITHM",
    algorithmList,
    "How JWTs may be signed; HS… with JWT_SECRET, the others with JWT_JWKS_URL",
    "RS256, HS256 with JWT_SECRET",
  ),
  issuer: Settings.optional(
    "JWT_ISSUER",
    Kind.withExample(Kind.text, "https://login.example/"),
    "The `iss` of the JWTs; required with JWT_JWKS_URL",
  ),
  audience: Settings.optional(
    "JWT_AUDIENCE",
    Kind.withExample(Kind.text, "lead-gateway"),
    "What the `aud` of the JWTs names; required with JWT_JWKS_URL, since the issuer signs for other services too",
  ),
  roleClaim: Settings.optional(
    "JWT_ROLE_CLAIM",
    Kind.withExample(Kind.text, "role"),
    "The claim with the role, viewer, operator or admin, or a list with one of them; a path such as realm_access.roles too",
    "role",
  ),
})

const variables = Settings.map(parts, ({ roleClaim, ...rest }) => ({
  ...rest,
  roleClaim: Option.getOrElse(roleClaim, () => "role"),
}))

/** Which JWTs name an operator; none without `JWT_JWKS_URL` and `JWT_SECRET`. */
export const jwtSettings: Settings.Settings<Option.Option<JwtSettings>> = Settings.refine(
  variables,
  ({ jwksUrl, secret, ...rest }) => {
    if (Option.isSome(jwksUrl) && Option.isSome(secret)) {
      return Result.fail(["JWT_SECRET: is set beside JWT_JWKS_URL; set only one of the two"])
    }
    if (Option.isSome(jwksUrl)) return byKeySet(jwksUrl.value, rest)
    if (Option.isSome(secret)) return bySecret(secret.value, rest)
    const alone = [
      ["JWT_ALGORITHM", Option.isSome(rest.algorithms)],
      ["JWT_ISSUER", Option.isSome(rest.issuer)],
      ["JWT_AUDIENCE", Option.isSome(rest.audience)],
    ] as const
    const diagnostics = alone
      .filter(([, isSet]) => isSet)
      .map(([name]) => `${name}: has no effect without JWT_JWKS_URL or JWT_SECRET; set one of them`)
    return diagnostics.length > 0 ? Result.fail(diagnostics) : Result.succeed(Option.none())
  },
)

type Claims = Omit<Settings.Type<typeof variables>, "jwksUrl" | "secret">

type Checked = Result.Result<Option.Option<JwtSettings>, ReadonlyArray<string>>

const byKeySet = (url: URL, { algorithms, ...claims }: Claims): Checked => {
  const names = Option.getOrElse(algorithms, () => Array.of<JwtAlgorithm>("RS256"))
  const diagnostics = [
    ...names
      .filter(isSecretAlgorithm)
      .map(
        (name) =>
          `JWT_ALGORITHM: ${name} needs a secret and not public keys; use ${publicAlgorithms.join(", ")}`,
      ),
    ...missing("JWT_ISSUER", claims.issuer),
    ...missing("JWT_AUDIENCE", claims.audience),
  ]
  return diagnostics.length > 0
    ? Result.fail(diagnostics)
    : Result.succeed(Option.some({ keys: { _tag: "Jwks", url }, algorithms: names, ...claims }))
}

const missing = (name: string, value: Option.Option<string>): ReadonlyArray<string> =>
  Option.isSome(value)
    ? []
    : [`${name}: is missing, and required with JWT_JWKS_URL; use ${Kind.text.expected}`]

const bySecret = (secret: Redacted.Redacted, { algorithms, ...claims }: Claims): Checked => {
  const names = Option.getOrElse(algorithms, () => Array.of<JwtAlgorithm>("HS256"))
  const bytes = Buffer.byteLength(Redacted.value(secret))
  const diagnostics = names.flatMap((name) => {
    if (!isSecretAlgorithm(name)) {
      return [
        `JWT_ALGORITHM: ${name} needs JWT_JWKS_URL and not a secret; use ${secretAlgorithms.join(", ")}`,
      ]
    }
    return bytes < secretBytes[name]
      ? [`JWT_SECRET: (secret) is too short for ${name}; use a text of at least ${secretBytes[name]} bytes`]
      : []
  })
  return diagnostics.length > 0
    ? Result.fail(diagnostics)
    : Result.succeed(Option.some({ keys: { _tag: "Secret", secret }, algorithms: names, ...claims }))
}
