/** How deliveries authenticate: a scheme and the secrets that it needs. */
import type { Authentication } from "@lead-gateway/customer-client"
import { Array, Option, Redacted, Result } from "effect"
import * as CustomerKinds from "./CustomerKinds.ts"
import * as Kind from "./Kind.ts"
import * as Settings from "./Settings.ts"
import { isSet } from "./Source.ts"

const parts = Settings.all({
  scheme: Settings.withDefault(
    "CUSTOMER_API_AUTH",
    CustomerKinds.authScheme,
    "How deliveries authenticate: by a token, by user and password, by a key in a header, or not at all; unless it is set, a token is sent only if there is one",
    { scheme: "bearer" },
  ),
  token: Settings.optional(
    "CUSTOMER_API_TOKEN",
    Kind.token,
    "Token of bearer authentication, or key of api_key",
  ),
  user: Settings.optional("CUSTOMER_API_USER", CustomerKinds.user, "User of basic authentication"),
  password: Settings.optional(
    "CUSTOMER_API_PASSWORD",
    CustomerKinds.password,
    "Password of basic authentication; none for an API that takes its key as the user",
  ),
})

type Parts = Settings.Type<typeof parts>

/** With `CUSTOMER_API_AUTH`: what its scheme needs must be there, and nothing else. */
const chosen = Settings.refine(parts, (parts): Result.Result<Authentication, ReadonlyArray<string>> => {
  const authentication = byScheme(parts)
  const unused = unusedIn(parts, parts.scheme.scheme)
  if (unused.length === 0) return Result.mapError(authentication, Array.of)
  return Result.fail([...(Result.isFailure(authentication) ? [authentication.failure] : []), ...unused])
})

const byScheme = ({ password, scheme, token, user }: Parts): Result.Result<Authentication, string> => {
  if (scheme.scheme === "none") return Result.succeed({ _tag: "None" })
  if (scheme.scheme === "basic") {
    return Result.fromOption(
      Option.map(user, (user) => ({
        _tag: "Basic" as const,
        user,
        password: Option.getOrElse(password, () => Redacted.make("")),
      })),
      () => missing("CUSTOMER_API_USER", CustomerKinds.user.expected, "basic"),
    )
  }
  return Result.fromOption(
    Option.map(token, (token): Authentication =>
      scheme.scheme === "api_key"
        ? { _tag: "ApiKey", header: scheme.header, key: token }
        : { _tag: "Bearer", token },
    ),
    () => missing("CUSTOMER_API_TOKEN", Kind.token.expected, scheme.scheme),
  )
}

const missing = (name: string, expected: string, scheme: string) =>
  `${name}: is missing; use ${expected}, as CUSTOMER_API_AUTH is ${scheme}`

/** Without it: a bearer token if there is one. User or password alone would be ignored, which is a mistake. */
const byToken = Settings.refine(parts, (parts): Result.Result<Authentication, ReadonlyArray<string>> => {
  const unused = unusedIn(parts, "bearer")
  return unused.length > 0
    ? Result.fail(unused)
    : Result.succeed(
        Option.match(parts.token, {
          onNone: (): Authentication => ({ _tag: "None" }),
          onSome: (token) => ({ _tag: "Bearer", token }),
        }),
      )
})

/** A line for each secret that the scheme does not use. */
const unusedIn = (
  { password, token, user }: Parts,
  scheme: Parts["scheme"]["scheme"],
): ReadonlyArray<string> => {
  const usesToken = scheme === "bearer" || scheme === "api_key"
  const unused = (name: string, schemes: string) =>
    `${name}: is set, but nothing uses it; set CUSTOMER_API_AUTH=${schemes}, or remove it`
  return [
    ...(Option.isSome(token) && !usesToken ? [unused("CUSTOMER_API_TOKEN", "bearer")] : []),
    ...(Option.isSome(user) && scheme !== "basic" ? [unused("CUSTOMER_API_USER", "basic")] : []),
    ...(Option.isSome(password) && scheme !== "basic" ? [unused("CUSTOMER_API_PASSWORD", "basic")] : []),
  ]
}

/** How deliveries authenticate. */
export const customerAuthentication: Settings.Settings<Authentication> = Settings.choose(
  [chosen, byToken],
  (source) => (isSet(source, "CUSTOMER_API_AUTH") ? chosen : byToken),
)
