/** Who asks: the check that routes for operators declare, and the operator that their handlers get from it. */
import { Context } from "effect"
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { DatabaseUnavailable, Forbidden, TooManyRequests, Unauthorized } from "./ApiError.ts"
import type { Role } from "./Role.ts"

/** Who makes a request, as handlers and the audit see it. No secret. */
export interface OperatorShape {
  /** The name of the token, the subject of the JWT, `operator` for `OPERATOR_TOKENS`, or `anonymous`. */
  readonly name: string
  readonly role: Role
  /** How the operator was recognised; `open` with `ENABLE_AUTH=false`, when everybody is an admin. */
  readonly via: "token" | "setting" | "jwt" | "open"
  /** The id of the token: several may have one name. */
  readonly tokenId?: number
}

/** The operator of the current request. {@link OperatorAuth} provides it to handlers. */
export class Operator extends Context.Service<Operator, OperatorShape>()(
  "@lead-gateway/api-contract/Operator",
) {}

/**
 * Admits operators by their bearer token, and provides {@link Operator}. The server checks, by the table `routeRoles`: 401
 * without a valid token, 403 if its role is too small, 429 to who has tried too many, 503 if the token cannot be checked now.
 */
export class OperatorAuth extends HttpApiMiddleware.Service<OperatorAuth, { provides: Operator }>()(
  "@lead-gateway/api-contract/OperatorAuth",
  {
    error: [
      Unauthorized.challenge,
      Forbidden.response,
      TooManyRequests.response,
      DatabaseUnavailable.response,
    ],
    security: {
      operatorToken: HttpApiSecurity.bearer.pipe(
        HttpApiSecurity.annotateMerge(
          OpenApi.annotations({
            description: "An operator's token or a JWT; required with `ENABLE_AUTH=true`.",
          }),
        ),
      ),
    },
  },
) {}
