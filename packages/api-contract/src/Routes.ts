/** Every route of the contract, for whoever must leave none out: dispatchers, documents, tests. */
import { Context } from "effect"
import type { HttpMethod } from "effect/http"
import { HttpApi, type HttpApiGroup, OpenApi } from "effect/http-api"
import { LeadGatewayApi } from "./Api.ts"

type Endpoints<Api> =
  Api extends HttpApi.HttpApi<infer _Id, infer Groups> ? HttpApiGroup.Endpoints<Groups> : never

type NameOf<Endpoint> = Endpoint extends { readonly method: infer Method; readonly path: infer Path }
  ? `${Method & string} ${Path & string}`
  : never

/** A method and a path: `GET /stats/leads/:id/history`. */
export type RouteName = NameOf<Endpoints<typeof LeadGatewayApi>>

/** One route. */
export interface Route {
  readonly name: RouteName
  readonly method: HttpMethod.HttpMethod
  /** With its parameters as `:id`. */
  readonly path: `/${string}`
  /** Who answers, and for whom it is: `intake` for senders, `stats` for operators, `operations` for all. */
  readonly group: "intake" | "stats" | "operations"
  /** What it is for, as the OpenAPI document says it. */
  readonly summary: string
}

/** The routes of {@link LeadGatewayApi}, in their order. */
export const routes: ReadonlyArray<Route> = (() => {
  const found: Array<Route> = []
  HttpApi.reflect(LeadGatewayApi, {
    onGroup: () => {},
    onEndpoint: ({ endpoint: { annotations, method, path }, group }) => {
      found.push({
        name: `${method} ${path}` as RouteName,
        method,
        path: path as Route["path"],
        group: group.identifier as Route["group"],
        summary: Context.getOrUndefined(annotations, OpenApi.Summary) ?? "",
      })
    },
  })
  return found
})()
