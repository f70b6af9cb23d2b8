/** The handler of `GET /api/v1/me`. */
import { Operator, OperatorApi } from "@lead-gateway/api-contract"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"

/** Says who asks, as the check of the credential has found. */
export const meHandlers = HttpApiBuilder.group(OperatorApi, "me", (handlers) =>
  handlers.handle("me", () => Effect.map(Operator, ({ name, role, via }) => ({ name, role, via }))),
)
