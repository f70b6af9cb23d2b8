/** Who may use which route for operators. */
import {
  Forbidden,
  Operator,
  OperatorAuth,
  type OperatorShape,
  Roles,
  type RouteName,
  routeRoles,
  Unauthorized,
} from "@lead-gateway/api-contract"
import { Effect, Layer, Option, Redacted } from "effect"
import { makeVerifier } from "./Secrets.ts"

/** Admits operators by their bearer token, to the routes of their role; everybody as an admin when no tokens are configured. */
export const operatorAuth = (
  tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): Layer.Layer<OperatorAuth> => {
  const identify = Option.match(tokens, {
    onNone: () => () => Option.some(anonymous),
    onSome: (secrets) => {
      const isKnown = makeVerifier(secrets)
      return (credential: string) => (isKnown(credential) ? Option.some(bySetting) : Option.none())
    },
  })
  return Layer.succeed(OperatorAuth, {
    operatorToken: (answer, { credential, endpoint }) => {
      const operator = identify(Redacted.value(credential))
      if (Option.isNone(operator)) return Effect.fail(new Unauthorized())
      const required = routeRoles[`${endpoint.method} ${endpoint.path}` as RouteName]
      return mayUse(operator.value, required)
        ? Effect.provideService(answer, Operator, operator.value)
        : Effect.fail(new Forbidden({ error: `forbidden: needs the role ${required}` }))
    },
  })
}

/** A route that is not for operators and declares the check nevertheless is for nobody. */
const mayUse = ({ role }: OperatorShape, required: (typeof routeRoles)[RouteName]): boolean =>
  required !== "open" && required !== "sender" && Roles.includes(role, required)

const anonymous: OperatorShape = { name: "anonymous", role: "admin", via: "open" }
const bySetting: OperatorShape = { name: "operator", role: "admin", via: "setting" }
