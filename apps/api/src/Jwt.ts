/**
 * JWTs of an identity provider: which operator one names.
 *
 * `jose` checks them: signature, algorithm, `iss`, `aud`, `exp` (required) and `nbf`, with 30 s for clocks that differ. It is
 * loaded only if JWTs are configured.
 */
import { DatabaseUnavailable, type Role, Unauthorized } from "@lead-gateway/api-contract"
import type { JwtSettings } from "@lead-gateway/config"
import { Data, Effect, Option, Redacted } from "effect"
import type { JWTVerifyGetKey } from "jose"
import { type KeySetOptions, KeysUnavailable, makeKeySet } from "./JwtKeys.ts"
import { roleOf } from "./jwtRole.ts"

/** Whom a JWT names. */
export interface JwtIdentity {
  readonly name: string
  /** Undefined: it is valid, and has no role that is known. */
  readonly role: Role | undefined
}

/** Seconds by which clocks may differ. */
const clockTolerance = 30

/** Makes the check. It fails with 401 for a JWT that is not valid, and with 503 while the keys cannot be had. */
export const makeJwtCheck = Effect.fnUntraced(function* (
  { algorithms, audience, issuer, keys, roleClaim }: JwtSettings,
  options: KeySetOptions = {},
) {
  const { jwtVerify } = yield* Effect.promise(() => import("jose"))
  const secret = keys._tag === "Secret" ? Buffer.from(Redacted.value(keys.secret)) : undefined
  const keyOf: JWTVerifyGetKey =
    keys._tag === "Jwks"
      ? yield* makeKeySet(keys.url, options)
      : () => Promise.resolve(secret ?? Buffer.alloc(0))
  const required = {
    algorithms: [...algorithms],
    clockTolerance,
    requiredClaims: ["exp"],
    ...(Option.isSome(issuer) && { issuer: issuer.value }),
    ...(Option.isSome(audience) && { audience: audience.value }),
  }

  return Effect.fnUntraced(
    function* (token: string) {
      const { payload } = yield* Effect.tryPromise({
        try: () => jwtVerify(token, keyOf, required),
        catch: (error) =>
          error instanceof KeysUnavailable ? error : new JwtRefused({ code: codeOf(error) }),
      })
      const subject: unknown = payload.sub ?? ""
      // `jose` does not check its type. RFC 7519, 4.1.2: a string.
      if (typeof subject !== "string") return yield* new JwtRefused({ code: "sub is no string" })
      return { name: nameOf(subject), role: roleOf(payload, roleClaim) } satisfies JwtIdentity
    },
    Effect.catchTags({
      KeysUnavailable: (error) =>
        Effect.andThen(
          error.isFirst
            ? Effect.logWarning(`the keys of JWT_JWKS_URL cannot be had: ${error.message}`)
            : Effect.void,
          Effect.fail(new DatabaseUnavailable({ error: "the keys of the identity provider cannot be had" })),
        ),
      JwtRefused: ({ code }) =>
        Effect.andThen(Effect.logDebug(`JWT refused: ${code}`), Effect.fail(new Unauthorized())),
    }),
  )
})

/** A JWT is not valid. `code` is the name that `jose` has for what is wrong, such as `ERR_JWT_EXPIRED`. */
class JwtRefused extends Data.TaggedError("JwtRefused")<{ readonly code: string }> {}

/** The subject, as the audit names the operator; `jwt` for a token without one. */
const nameOf = (subject: string): string => {
  const name = subject.replaceAll(/\p{C}/gu, "").slice(0, 128)
  return name === "" ? "jwt" : name
}

const codeOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "code" in error ? String(error.code) : "not a JWT"
