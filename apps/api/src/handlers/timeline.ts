/** The handler of `GET /api/v1/timeline`. */
import { InvalidRequest, OperatorApi } from "@lead-gateway/api-contract"
import { Clock, Effect, Result } from "effect"
import { HttpServerResponse } from "effect/http"
import { HttpApiBuilder } from "effect/http-api"
import type { Statistics } from "../Statistics.ts"
import { timelineRange } from "../timelineRange.ts"
import { fromStore } from "./fromStore.ts"

/** Shows what happened to leads by time; those who ask for the same share an answer for a moment. */
export const timelineHandlers = (statistics: Pick<Statistics, "timeline">) =>
  HttpApiBuilder.group(
    OperatorApi,
    "timeline",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore

      return handlers.handleRaw(
        "read",
        Effect.fnUntraced(function* ({ query }) {
          const range = timelineRange(query, yield* Clock.currentTimeMillis)
          if (Result.isFailure(range)) return yield* new InvalidRequest({ error: range.failure })
          return HttpServerResponse.text(yield* orUnavailable(statistics.timeline(range.success)), {
            contentType: "application/json",
          })
        }),
      )
    }),
  )
