import type { RouteName } from "./Api.ts"
import type { Role } from "./Role.ts"

/** Whom a route is for: everybody, senders, or operators of this role and above. */
export type Access = "open" | "sender" | Role

/**
 * Whom every route of the contract is for. A route that is missing does not compile.
 *
 * Servers check by this table, tests walk it, and documents are made from it.
 */
export const routeRoles: Readonly<Record<RouteName, Access>> = {
  "POST /webhooks/leads": "sender",
  "GET /stats/leads/counts": "operator",
  "GET /stats/leads/recent": "operator",
  "GET /stats/leads/:id/history": "operator",
  "GET /api/v1/leads": "viewer",
  "GET /api/v1/leads/:id": "viewer",
  "GET /api/v1/export": "admin",
  "GET /api/v1/ledger": "viewer",
  "GET /api/v1/overview": "viewer",
  "GET /api/v1/reasons": "viewer",
  "GET /api/v1/events": "viewer",
  "GET /api/v1/timeline": "viewer",
  "POST /api/v1/replays": "operator",
  "POST /api/v1/preview": "operator",
  "GET /api/v1/test-leads": "operator",
  "POST /api/v1/test-leads": "operator",
  "GET /api/v1/leads/:id/rules": "viewer",
  "GET /api/v1/flow": "viewer",
  "GET /api/v1/unmapped": "operator",
  "GET /api/v1/customers": "viewer",
  "POST /api/v1/customers/:name/pause": "operator",
  "POST /api/v1/customers/:name/resume": "operator",
  "GET /api/v1/processes": "viewer",
  "GET /api/v1/me": "viewer",
  "GET /api/v1/tokens": "admin",
  "POST /api/v1/tokens": "admin",
  "DELETE /api/v1/tokens/:id": "admin",
  "GET /api/v1/audit": "admin",
  "GET /health": "open",
  "GET /livez": "open",
  "GET /readyz": "open",
  "GET /health/deep": "open",
  "GET /metrics": "open",
}
