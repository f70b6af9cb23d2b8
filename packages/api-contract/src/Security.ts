/** Where secrets go in a request. Which secrets are accepted is the server's business. */
import { HttpApiMiddleware, HttpApiSecurity, OpenApi } from "effect/http-api"
import { Unauthorized } from "./ApiError.ts"

/** A sender's secret in the header `X-Shared-Secret`, asked for with `ENABLE_AUTH=true`. */
export class SenderAuth extends HttpApiMiddleware.Service<SenderAuth>()(
  "@lead-gateway/api-contract/SenderAuth",
  {
    error: Unauthorized.response,
    security: {
      sharedSecret: HttpApiSecurity.apiKey({ key: "X-Shared-Secret", in: "header" }).pipe(
        HttpApiSecurity.annotateMerge(
          OpenApi.annotations({ description: "A sender's secret; asked for with `ENABLE_AUTH=true`." }),
        ),
      ),
    },
  },
) {}

/** An operator's bearer token, asked for with `ENABLE_AUTH=true` by whatever shows leads. */
export class OperatorAuth extends HttpApiMiddleware.Service<OperatorAuth>()(
  "@lead-gateway/api-contract/OperatorAuth",
  {
    error: Unauthorized.challenge,
    security: {
      operatorToken: HttpApiSecurity.bearer.pipe(
        HttpApiSecurity.annotateMerge(
          OpenApi.annotations({ description: "An operator's token; asked for with `ENABLE_AUTH=true`." }),
        ),
      ),
    },
  },
) {}
