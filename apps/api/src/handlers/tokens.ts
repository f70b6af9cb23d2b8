/** The handlers of `/api/v1/tokens`. */
import { NotFound, Operator, OperatorApi, Unprocessable } from "@lead-gateway/api-contract"
import { OperatorTokens, TooManyTokens } from "@lead-gateway/lead-store"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { pageOf } from "./page.ts"

/** Lists, makes and revokes tokens. The store audits it. */
export const tokensHandlers = HttpApiBuilder.group(
  OperatorApi,
  "tokens",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const tokens = yield* OperatorTokens

    return handlers.handleAll({
      list: ({ query }) =>
        Effect.map(
          orUnavailable(tokens.list({ limit: query.limit + 1, before: query.cursor })),
          pageOf(query.limit, ({ id }) => id),
        ),
      create: Effect.fnUntraced(function* ({ payload: { expiresAt, name, role } }) {
        if (expiresAt !== undefined && expiresAt.getTime() <= Date.now()) {
          return yield* new Unprocessable({ error: "expires_at is over: give a time in the future" })
        }
        const made = yield* orUnavailable(
          tokens.create({ name, role, expires: expiresAt }, yield* Operator).pipe(
            Effect.asSome,
            Effect.catchTag("TooManyTokens", () => Effect.succeedNone),
          ),
        )
        if (Option.isNone(made)) return yield* new Unprocessable({ error: new TooManyTokens().message })
        return { ...made.value.stored, token: made.value.token }
      }),
      revoke: Effect.fnUntraced(function* ({ params }) {
        const revoked = yield* orUnavailable(tokens.revoke(params.id, yield* Operator))
        if (Option.isNone(revoked)) return yield* new NotFound({ error: "token not found" })
      }),
    })
  }),
)
