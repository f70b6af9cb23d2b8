import type { RouteName, Routes } from "./wire.ts"

/**
 * How a method is called: with nothing but options, with a query, with a body, for all pages of a list, or for a stream of
 * events. In front of that comes the parameter of the path, where there is one.
 */
export type Kind = "call" | "query" | "body" | "pages" | "events"

/** The kind of a route, by what it takes and answers. */
type KindOf<Route> = Route extends { readonly stream: unknown }
  ? "events"
  : Route extends { readonly answer: { readonly next_cursor: string | null } }
    ? "pages"
    : Route extends { readonly body: unknown }
      ? "body"
      : Route extends { readonly query: unknown }
        ? "query"
        : "call"

/** The client's methods: one row for each route. A route without a row, or of another kind, does not compile. */
export const methods = {
  "POST /webhooks/leads": { name: "leads.send", kind: "body" },
  "GET /stats/leads/counts": { name: "stats.counts", kind: "call" },
  "GET /stats/leads/recent": { name: "stats.recent", kind: "query" },
  "GET /stats/leads/:id/history": { name: "stats.history", kind: "call" },
  "GET /api/v1/leads": { name: "leads.list", kind: "pages" },
  "GET /api/v1/leads/:id": { name: "leads.get", kind: "query" },
  "GET /api/v1/export": { name: "leads.export", kind: "query" },
  "GET /api/v1/ledger": { name: "ledger", kind: "call" },
  "GET /api/v1/overview": { name: "overview", kind: "call" },
  "GET /api/v1/reasons": { name: "reasons", kind: "call" },
  "GET /api/v1/events": { name: "events", kind: "events" },
  "GET /api/v1/timeline": { name: "timeline", kind: "query" },
  "POST /api/v1/replays": { name: "replays.create", kind: "body" },
  "POST /api/v1/preview": { name: "preview", kind: "body" },
  "GET /api/v1/test-leads": { name: "testLeads.propose", kind: "query" },
  "POST /api/v1/test-leads": { name: "testLeads.send", kind: "body" },
  "GET /api/v1/leads/:id/rules": { name: "leads.rules", kind: "call" },
  "GET /api/v1/flow": { name: "flow", kind: "call" },
  "GET /api/v1/unmapped": { name: "unmapped.list", kind: "pages" },
  "GET /api/v1/customers": { name: "customers.list", kind: "pages" },
  "POST /api/v1/customers/:name/pause": { name: "customers.pause", kind: "call" },
  "POST /api/v1/customers/:name/resume": { name: "customers.resume", kind: "call" },
  "GET /api/v1/processes": { name: "processes", kind: "call" },
  "GET /api/v1/me": { name: "me", kind: "call" },
  "GET /api/v1/tokens": { name: "tokens.list", kind: "pages" },
  "POST /api/v1/tokens": { name: "tokens.create", kind: "body" },
  "DELETE /api/v1/tokens/:id": { name: "tokens.revoke", kind: "call" },
  "GET /api/v1/audit": { name: "audit.list", kind: "pages" },
  "GET /health": { name: "health.check", kind: "call" },
  "GET /livez": { name: "health.live", kind: "call" },
  "GET /readyz": { name: "health.ready", kind: "call" },
  "GET /health/deep": { name: "health.deep", kind: "call" },
  "GET /metrics": { name: "metrics", kind: "call" },
} as const satisfies {
  readonly [Name in RouteName]: { readonly name: string; readonly kind: KindOf<Routes[Name]> }
}
