/** The handler of `GET /api/v1/processes`. */
import { type GatewayProcess, OperatorApi } from "@lead-gateway/api-contract"
import { Effect } from "effect"
import { HttpApiBuilder } from "effect/http-api"
import type { Statistics } from "../Statistics.ts"
import { fromStore } from "./fromStore.ts"

/** Lists the processes that are connected to Postgres. */
export const processesHandlers = ({ processes }: Pick<Statistics, "processes">) =>
  HttpApiBuilder.group(
    OperatorApi,
    "processes",
    Effect.fn(function* (handlers) {
      const orUnavailable = yield* fromStore

      return handlers.handleAll({
        list: () =>
          Effect.map(orUnavailable(processes), (all) => ({
            data: all.map((one) => ({ ...one, kind: kinds[one.name] ?? "command" })),
          })),
      })
    }),
  )

const kinds: Readonly<Record<string, GatewayProcess["kind"]>> = {
  "lead-gateway": "gateway",
  "lead-gateway-api": "api",
  "lead-gateway-worker": "worker",
}
