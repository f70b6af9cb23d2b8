import { routes as contract } from "@lead-gateway/api-contract"
import { exactPaths, type Handler, type MeteredRoute, respond } from "@lead-gateway/runtime"
import { FindMyWay } from "effect/http"
import * as Answer from "./Answer.ts"
import type { ConsoleHandlers } from "./console/handlers.ts"
import { consolePaths } from "./console/paths.ts"
import { useSession } from "./console/sessionCookie.ts"
import { type ReferenceHandlers, referencePaths } from "./reference/handlers.ts"

/**
 * The handlers: webhooks go to `intake`, senders' handshakes to `handshake` if there is one, `/docs` to `reference`, `/console`
 * to `console`, everything else to `router`.
 */
export interface Handlers {
  readonly intake: Handler
  readonly handshake: Handler | undefined
  readonly reference: ReferenceHandlers
  readonly console: ConsoleHandlers
  readonly router: Handler
}

const webhooks = "/webhooks/leads"

const methods = [
  "GET",
  "HEAD",
  ...new Set(contract.map(({ method }) => method).filter((name) => name !== "GET")),
]

/** The routes of the api, the busy one first, with the methods that their requests may have. */
export const served: ReadonlyArray<MeteredRoute> = [
  { method: "POST", path: webhooks },
  ...contract
    .filter(({ path }) => path !== webhooks)
    .flatMap(({ method, path }) =>
      method === "GET" ? ["GET", "HEAD"].map((name) => ({ method: name, path })) : [{ method, path }],
    ),
  ...["/openapi.json", ...Object.values(referencePaths), ...Object.values(consolePaths)].map((path) => ({
    method: "GET",
    path,
  })),
  { method: "POST", path: consolePaths.session },
  { method: "DELETE", path: consolePaths.session },
]

/**
 * Finds the handler of a request by the contract's routes, with the matching of the router itself: paths as they are
 * written. The listener has already answered 404 to doubled slashes, a slash at the end and needless encoding.
 *
 * A method that a path does not support is answered 405, with the supported ones in `Allow`. An unknown path
 * is answered 404 here: that costs no fiber.
 */
export const dispatch = ({ console, handshake, intake, reference, router }: Handlers): Handler => {
  const forOperators: Handler = (request, response, correlationId) => {
    useSession(request)
    router(request, response, correlationId)
  }
  const routes = FindMyWay.make<{ readonly handler: Handler; readonly path: string }>(exactPaths)
  for (const { group, method, path } of contract) {
    const handler = group === "intake" ? intake : forOperators
    routes.on(method === "GET" ? ["GET", "HEAD"] : method, path, { handler, path })
  }
  routes.on(["GET", "HEAD"], "/openapi.json", { handler: router, path: "/openapi.json" })
  for (const name of ["page", "program"] as const) {
    const path = referencePaths[name]
    routes.on(["GET", "HEAD"], path, { handler: reference[name], path })
  }
  routes.on(["GET", "HEAD"], consolePaths.home, { handler: console.home, path: consolePaths.home })
  for (const path of [consolePaths.overview, consolePaths.below]) {
    routes.on(["GET", "HEAD"], path, { handler: console.page, path })
  }
  routes.on(["POST", "DELETE"], consolePaths.session, {
    handler: console.session,
    path: consolePaths.session,
  })
  if (handshake !== undefined) routes.on("GET", webhooks, { handler: handshake, path: webhooks })

  return (request, response, correlationId) => {
    const { method = "GET", url = "/" } = request
    // Nearly every request, so without a look-up.
    if (url === webhooks && method === "POST") {
      response.facts.route = webhooks
      return intake(request, response, correlationId)
    }
    const route = routes.find(method, url)?.handler
    if (route !== undefined) {
      response.facts.route = route.path
      return route.handler(request, response, correlationId)
    }
    const allowed = methods.filter((other) => routes.find(other, url) !== undefined)
    const answer = allowed.length === 0 ? Answer.notFound : Answer.methodNotAllowed(allowed.join(", "))
    response.facts.reason = answer.reason
    respond(response, answer)
  }
}
