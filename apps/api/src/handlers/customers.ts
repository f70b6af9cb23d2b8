/** The handlers of `/api/v1/customers`. */
import { NotFound, Operator, OperatorApi } from "@lead-gateway/api-contract"
import { CustomerStates } from "@lead-gateway/lead-store"
import { Effect, Option } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { fromStore } from "./fromStore.ts"
import { pageOf } from "./page.ts"

/** Lists, pauses and resumes customers. The store audits it. */
export const customersHandlers = HttpApiBuilder.group(
  OperatorApi,
  "customers",
  Effect.fn(function* (handlers) {
    const orUnavailable = yield* fromStore
    const customers = yield* CustomerStates
    const change = (verb: "pause" | "resume") =>
      Effect.fnUntraced(function* ({ params }: { readonly params: { readonly name: string } }) {
        const changed = yield* orUnavailable(customers[verb](params.name, yield* Operator))
        return Option.isSome(changed) ? changed.value : yield* new NotFound({ error: "customer not found" })
      })

    return handlers.handleAll({
      list: ({ query }) =>
        Effect.map(
          orUnavailable(customers.list({ limit: query.limit + 1, after: query.cursor })),
          pageOf(query.limit, ({ id }) => id),
        ),
      pause: change("pause"),
      resume: change("resume"),
    })
  }),
)
