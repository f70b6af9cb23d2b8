/** Whom a credential of an operator names. */
import { type DatabaseUnavailable, type OperatorShape, Role, Unauthorized } from "@lead-gateway/api-contract"
import type { AuthSettings } from "@lead-gateway/config"
import { isToken } from "@lead-gateway/lead-store"
import { Effect, Option, Schema } from "effect"
import { makeJwtCheck } from "./Jwt.ts"
import { makeSecretSearch } from "./Secrets.ts"
import { makeTokenDirectory } from "./TokenDirectory.ts"

/** Who a credential names. The role is undefined if it is none that this release knows. */
export type Identity = Omit<OperatorShape, "role"> & { readonly role: Role | undefined }

/** Finds out whom a credential names; fails for one that names nobody. */
export type Identify = (credential: string) => Effect.Effect<Identity, Unauthorized | DatabaseUnavailable>

const identifyByTokens = Effect.fnUntraced(function* ({
  jwt,
  operatorTokens,
}: Pick<AuthSettings, "operatorTokens" | "jwt">) {
  const settingOf = makeSecretSearch(operatorTokens)
  const directory = yield* makeTokenDirectory
  const checkJwt = Option.isSome(jwt) ? yield* makeJwtCheck(jwt.value) : undefined

  const identify: Identify = (credential) => {
    if (settingOf(credential) >= 0) return Effect.succeed(bySetting)
    if (isToken(credential)) {
      return Effect.flatMap(
        directory.find(credential),
        Option.match({
          onNone: () => Effect.fail(new Unauthorized()),
          onSome: ({ id, name, role }) =>
            Effect.succeed({
              name,
              role: isRole(role) ? role : undefined,
              via: "token" as const,
              tokenId: id,
            }),
        }),
      )
    }
    if (checkJwt === undefined || !jwtShape.test(credential)) return Effect.fail(new Unauthorized())
    return Effect.map(checkJwt(credential), (identity) => ({ ...identity, via: "jwt" as const }))
  }
  return identify
})

/** Makes what finds out whom a credential names. */
export const makeIdentify = (auth: Option.Option<Pick<AuthSettings, "operatorTokens" | "jwt">>) =>
  Option.isSome(auth) ? identifyByTokens(auth.value) : Effect.succeed(identifyAll)

const isRole = Schema.is(Role)

/** The compact serialisation of a signed JWT (RFC 7515, 7.1). One without a signature has an empty third part. */
const jwtShape = /^[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+$/

const identifyAll: Identify = () => Effect.succeed({ name: "anonymous", role: "admin", via: "open" })
const bySetting: Identity = { name: "operator", role: "admin", via: "setting" }
