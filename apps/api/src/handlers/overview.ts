/** The handler of `GET /api/v1/overview`. */
import { OperatorApi } from "@lead-gateway/api-contract"
import { CustomerStates, imbalance, LeadLedger, LeadList } from "@lead-gateway/lead-store"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import { deepHealth, type DeepHealthInfo } from "./deepHealth.ts"
import { fromStore } from "./fromStore.ts"

const mostCustomers = 50

/** What other routes answer one by one, read side by side. */
export const overviewHandlers = (info: DeepHealthInfo) =>
  HttpApiBuilder.group(
    OperatorApi,
    "overview",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore
      const list = yield* LeadList
      const ledger = yield* LeadLedger
      const customers = yield* CustomerStates
      const health = yield* deepHealth(info)
      const accounts = Effect.map(ledger.fromCounters, (accounts) => ({
        ...accounts,
        unaccounted: imbalance(accounts),
      }))

      return handlers.handle("overview", () =>
        Effect.all(
          {
            ledger: orUnavailable(accounts),
            customers: orUnavailable(customers.heldFirst({ limit: mostCustomers })),
            reasons: orUnavailable(list.reasons),
            health,
          },
          { concurrency: "unbounded" },
        ),
      )
    }),
  )
