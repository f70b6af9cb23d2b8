/** The handler of `GET /api/v1/unmapped`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import { UnmappedAnswers } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { pageOf } from "./page.ts"

/** Lists the answers that mappings did not know. */
export const unmappedHandlers = HttpApiBuilder.group(
  OperatorApi,
  "unmapped",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const answers = yield* UnmappedAnswers

    return handlers.handleAll({
      list: ({ query: { attribute, cursor, limit } }) =>
        Effect.map(
          orUnavailable(answers.list({ limit: limit + 1, after: cursor, attribute })),
          pageOf(limit, ({ count, id }) => ({ count, id })),
        ),
    })
  }),
)
