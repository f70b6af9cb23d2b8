import type { Subscription } from "./events.ts"
import type { methods } from "./methods.ts"
import type { Pages } from "./pages.ts"
import type { CallOptions } from "./request.ts"
import type { RouteName, Routes } from "./wire.ts"

/** What a method takes: the path's parameter, the body or the query, and options. */
type Arguments<Route> = [
  ...(Route extends { readonly params: infer Params } ? [parameter: Params[keyof Params]] : []),
  ...(Route extends { readonly body: infer Body } ? [body: Body] : []),
  ...(Route extends { readonly query: infer Query } ? [query?: Query] : []),
  options?: CallOptions,
]

type Method<Route> = Route extends { readonly stream: unknown }
  ? Subscription
  : Route extends { readonly answer: infer Answer }
    ? (
        ...args: Arguments<Route>
      ) => Answer extends { readonly next_cursor: string | null } ? Pages<Answer> : Promise<Answer>
    : never

type Rows = typeof methods
type Name = Rows[RouteName]["name"]
type RouteOf<Wanted extends string> = {
  [R in RouteName]: Rows[R]["name"] extends Wanted ? Routes[R] : never
}[RouteName]
type Group = Name extends infer N ? (N extends `${infer G}.${string}` ? G : never) : never
type Member<G extends string> = Name extends infer N ? (N extends `${G}.${infer M}` ? M : never) : never

/** The API's methods: `client.leads.get(42)`, `client.ledger()`. */
export type Client = {
  readonly [N in Exclude<Name, `${string}.${string}`>]: Method<RouteOf<N>>
} & {
  readonly [G in Group]: { readonly [M in Member<G>]: Method<RouteOf<`${G}.${M}`>> }
}
