import { CurrentCorrelationId } from "@lead-gateway/api-contract"
import { Effect, Option, Redacted } from "effect"
import { HttpServerRequest, HttpServerResponse } from "effect/http"
import { createHash, timingSafeEqual } from "node:crypto"
import { mediaTypes } from "./internal/metricText.ts"
import type { Format, Metrics } from "./Metrics.ts"

/**
 * The answer to `GET /metrics`: all metrics of this process, in OpenMetrics if the request accepts it.
 *
 * With `tokens`, the request needs one of them as its bearer token (constant time); otherwise the answer is 401.
 */
export const answerMetrics = (
  metrics: Metrics,
  tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>,
): Effect.Effect<HttpServerResponse.HttpServerResponse, never, HttpServerRequest.HttpServerRequest> => {
  const isAllowed = Option.match(tokens, { onNone: () => () => true, onSome: bearerCheck })
  return Effect.gen(function* () {
    const { headers } = yield* HttpServerRequest.HttpServerRequest
    if (!isAllowed(headers["authorization"])) return yield* unauthorized
    const format = formatFor(headers["accept"])
    const text = yield* metrics.scrape(format)
    return HttpServerResponse.text(text, { contentType: mediaTypes[format] })
  })
}

/** The format for an `Accept` header: OpenMetrics where it is named and not excluded by `q=0`. */
export const formatFor = (accept = ""): Format =>
  accept.split(",").some((range) => {
    const [type, ...parameters] = range.split(";").map((part) => part.trim().toLowerCase())
    return type === "application/openmetrics-text" && !parameters.some((part) => /^q=0(\.0*)?$/.test(part))
  })
    ? "openmetrics"
    : "prometheus"

const unauthorized = Effect.map(CurrentCorrelationId, (correlation_id) =>
  HttpServerResponse.jsonUnsafe(
    { error: "unauthorized", correlation_id },
    { status: 401, headers: { "www-authenticate": "Bearer" } },
  ),
)

const bearerCheck = (tokens: ReadonlyArray<Redacted.Redacted>) => {
  const digests = tokens.map((token) => digest(Redacted.value(token)))
  return (header: string | undefined): boolean => {
    const [, token] = /^bearer +(\S.*)$/i.exec(header ?? "") ?? []
    const given = digest(token ?? "")
    let matches = false
    for (const known of digests) matches = timingSafeEqual(known, given) || matches
    return matches && token !== undefined
  }
}

const digest = (text: string): Buffer => createHash("sha256").update(text).digest()
