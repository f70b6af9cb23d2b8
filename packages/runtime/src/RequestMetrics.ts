/**
 * How many requests a server has answered, and how long that took, by route.
 *
 * A request that no route of the contract has counts for the route `other`, an unusual method as `other`: what a sender
 * makes up never becomes a label. Counted is what was answered completely; a sender that goes before counts nowhere.
 */
import { FindMyWay } from "effect/http"
import type { RequestObserver } from "./HttpResponse.ts"
import type { Cell, Histogram, Metrics, Series } from "./Metrics.ts"
import { exactPaths } from "./RouterHandler.ts"

/** A route of a server: a method, and a path with its parameters as `:id`. */
export interface MeteredRoute {
  readonly method: string
  readonly path: string
}

/** Counts the requests of one route: one was answered with a status after so many milliseconds. */
type Meter = (status: number, ms: number) => void

const makeMeter = (
  requests: Series<Cell>,
  durations: Series<Histogram>,
  method: string,
  route: string,
): Meter => {
  /** Made with the first request, so that nothing is shown of routes that nobody uses. */
  let duration: Histogram | undefined
  /** By status, so that counting needs no look-up. */
  const byStatus: Array<Cell | undefined> = []
  return (status, ms) => {
    const cell = (byStatus[status] ??= requests.of(method, route, String(status)))
    cell.value++
    duration ??= durations.of(method, route)
    duration.observe(ms / 1000)
  }
}

/** Seconds: from a webhook in good times to the longest that a sender waits. */
const requestBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

const methods: ReadonlySet<string> = new Set(["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])

/**
 * Makes the observer of a listener that counts by its routes. A request of the first route, the one that is busy, is
 * recognised without a look-up where it is written without a query.
 */
export const requestMetrics = (metrics: Metrics, routes: ReadonlyArray<MeteredRoute>): RequestObserver => {
  const requests = metrics.counter({
    name: "lead_gateway_http_requests_total",
    help: "Requests that were answered, by route of the API",
    labels: ["method", "route", "status"],
  })
  const durations = metrics.histogram({
    name: "lead_gateway_http_request_duration_seconds",
    help: "From a request's head to the end of its answer",
    labels: ["method", "route"],
    buckets: requestBuckets,
  })
  const meter = (method: string, route: string) => makeMeter(requests, durations, method, route)

  const byMethod = FindMyWay.make<Meter>(exactPaths)
  for (const { method, path } of routes) byMethod.on(method as "GET", path as "/", meter(method, path))
  const others = new Map<string, Meter>()
  const other = (method: string): Meter => {
    const name = methods.has(method) ? method : "other"
    const known = others.get(name)
    if (known !== undefined) return known
    const made = meter(name, "other")
    others.set(name, made)
    return made
  }
  const [first] = routes
  const busy = first && byMethod.find(first.method, first.path)?.handler
  const meterOf = (method: string, url: string): Meter => {
    if (busy !== undefined && url === first?.path && method === first.method) return busy
    return byMethod.find(method, url)?.handler ?? other(method)
  }

  return {
    ended: ({ facts, req: { method = "GET", url = "/" }, statusCode }, isAnswered) => {
      if (isAnswered) meterOf(method, url)(statusCode, performance.now() - facts.beganAt)
    },
  }
}
