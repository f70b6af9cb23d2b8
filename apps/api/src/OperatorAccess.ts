/** Who may use which route for operators. */
import * as NodeHttpServerRequest from "@effect/platform-node/NodeHttpServerRequest"
import {
  Forbidden,
  Operator,
  OperatorAuth,
  type OperatorShape,
  type Role,
  Roles,
  type RouteName,
  routeRoles,
} from "@lead-gateway/api-contract"
import { Context, Effect, Layer, Redacted } from "effect"
import { HttpServerRequest } from "effect/http"
import type { Identify, Identity } from "./Identify.ts"
import type { IdentifyClient } from "./OperatorGuesses.ts"

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
      const again = Effect.suspend(() => Effect.flatMap(identify(Redacted.value(credential)), admit))
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

/** A route that is not for operators and declares the check nevertheless is for nobody. */
const mayUse = (role: Role, required: (typeof routeRoles)[RouteName]): boolean =>
  required !== "open" && required !== "sender" && Roles.includes(role, required)
