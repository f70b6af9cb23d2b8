/** The handler of `GET /api/v1/audit`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import { Audit } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { pageOf } from "./page.ts"

/** Lists what people changed. */
export const auditHandlers = HttpApiBuilder.group(
  OperatorApi,
  "audit",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const audit = yield* Audit

    return handlers.handleAll({
      list: ({ query: { action, before, cursor, from, lead_id, limit, operator, subject } }) =>
        Effect.map(
          orUnavailable(
            audit.list({
              limit: limit + 1,
              before: cursor,
              action,
              operator,
              subject,
              leadId: lead_id,
              from,
              until: before,
            }),
          ),
          pageOf(limit, ({ id }) => id),
        ),
    })
  }),
)
