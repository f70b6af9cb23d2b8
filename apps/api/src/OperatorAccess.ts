/** Who may use which route for operators. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import {
  type DatabaseUnavailable,
  Forbidden,
  Operator,
  OperatorAuth,
  type OperatorShape,
  Role,
  Roles,
  type RouteName,
  routeRoles,
  Unauthorized,
} from "@lead-gateway/api-contract"
import type { AuthSettings } from "@lead-gateway/config"
import { isToken } from "@lead-gateway/lead-store"
import { Context, Effect, Layer, Option, Redacted, Schema } from "effect"
import { HttpServerRequest } from "effect/http"
import { makeJwtCheck } from "./Jwt.ts"
import type { IdentifyClient } from "./OperatorGuesses.ts"
import { makeSecretSearch } from "./Secrets.ts"
import { makeTokenDirectory } from "./TokenDirectory.ts"

/** Who a credential names. The role is undefined if it is none that this release knows. */
export type Identity = Omit<OperatorShape, "role"> & { readonly role: Role | undefined }

/** Finds out whom a credential names; fails for one that names nobody. */
export type Identify = (credential: string) => Effect.Effect<Identity, Unauthorized | DatabaseUnavailable>

/**
 * Whether the credential of the current request would be admitted again, now: for answers that take longer than a token may
 * live. True while that cannot be checked.
 */
export const IsStillAdmitted: Context.Reference<Effect.Effect<boolean>> = Context.Reference<
  Effect.Effect<boolean>
>("@lead-gateway/api/IsStillAdmitted", { defaultValue: () => Effect.succeed(true) })

/**
 * Admits operators by their bearer token, to the routes of their role: one of `OPERATOR_TOKENS`, a token from the database,
 * or a JWT. Everybody is an admin when authentication is off.
 */
export const operatorAuth = (identify: Identify, identifyClient: IdentifyClient) =>
  Layer.succeed(OperatorAuth, {
    // The listener has refused requests with more than one `Authorization`.
    operatorToken: (answer, { credential, endpoint }) => {
      const required = routeRoles[`${endpoint.method} ${endpoint.path}` as RouteName]
      const admit = ({ role, ...who }: Identity) =>
        role !== undefined && mayUse(role, required)
          ? Effect.succeed<OperatorShape>({ ...who, role })
          : Effect.fail(new Forbidden({ error: `forbidden: needs the role ${required}` }))
      const operator = HttpServerRequest.HttpServerRequest.pipe(
        Effect.map(NodeHttpServerRequest.toIncomingMessage),
        Effect.flatMap((request) => identifyClient(Redacted.value(credential), request)),
        Effect.flatMap(admit),
      )
      const again = Effect.flatMap(identify(Redacted.value(credential)), admit)
      const isStillAdmitted = Effect.match(again, {
        onFailure: ({ _tag }) => _tag === "DatabaseUnavailable",
        onSuccess: () => true,
      })
      return Effect.flatMap(operator, (operator) =>
        answer.pipe(
          Effect.provideService(Operator, operator),
          Effect.provideService(IsStillAdmitted, isStillAdmitted),
        ),
      )
    },
  })

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

/** A route that is not for operators and declares the check nevertheless is for nobody. */
const mayUse = (role: Role, required: (typeof routeRoles)[RouteName]): boolean =>
  required !== "open" && required !== "sender" && Roles.includes(role, required)

const identifyAll: Identify = () => Effect.succeed({ name: "anonymous", role: "admin", via: "open" })
const bySetting: Identity = { name: "operator", role: "admin", via: "setting" }
