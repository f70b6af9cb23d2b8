/**
 * Sends spans to an OpenTelemetry collector: OTLP over HTTP, as JSON.
 *
 * Source: https://opentelemetry.io/docs/specs/otlp/#otlphttp
 */
import type { TraceSettings } from "@lead-gateway/config"
import { Duration, Effect, Option, Redacted } from "effect"
import { OtlpResource } from "effect/observability"
import * as http from "node:http"
import * as https from "node:https"
import { type EndedSpan, printSpan } from "../Span.ts"
import type { Sent } from "./spanQueue.ts"

/** The requests to one collector: one connection, one request at a time, no redirects. Nothing they meet is thrown. */
export const collectorOf = (
  { endpoint, headers, resourceAttributes, serviceName, timeout }: TraceSettings,
  service: string,
): ((batch: ReadonlyArray<EndedSpan>) => Effect.Effect<Sent>) => {
  const { Agent, request } = endpoint.protocol === "https:" ? https : http
  const agent = new Agent({ keepAlive: true, maxSockets: 1 })
  const resource = OtlpResource.make({
    serviceName:
      Option.getOrUndefined(serviceName) ?? resourceAttributes["service.name"] ?? defaultName(service),
    attributes: resourceAttributes,
  })
  const before =
    `{"resourceSpans":[{"resource":${JSON.stringify(resource)},` +
    `"scopeSpans":[{"scope":{"name":"lead-gateway"},"spans":[`

  const post = (text: string): Effect.Effect<Sent> =>
    Effect.callback((resume) => {
      const body = Buffer.from(text)
      const away = (why: string) => resume(Effect.succeed({ _tag: "Away", why, retryAfterMs: undefined }))
      const sending = request(endpoint, {
        method: "POST",
        agent,
        headers: {
          ...Redacted.value(headers),
          "Content-Type": "application/json",
          "Content-Length": body.length,
        },
      })
      sending
        .on("error", (error: NodeJS.ErrnoException) => away(error.code ?? error.name))
        .on("response", (response) => {
          let answer = ""
          response
            .setEncoding("utf8")
            // Only the beginning is kept; a collector that never ends its answer meets the timeout.
            .on("data", (chunk: string) => {
              if (answer.length < longestAnswer) answer += chunk
            })
            .on("end", () => resume(Effect.succeed(sentOf(response, answer))))
            .on("error", () => away("the answer was cut"))
        })
        .end(body)
      return Effect.sync(() => sending.destroy())
    })

  return (batch) =>
    Effect.suspend(() => {
      // The system's clock may have been set since the last batch.
      const epochMs = Date.now() - performance.now()
      return post(`${before}${batch.map((span) => printSpan(span, epochMs)).join(",")}]}]}]}`)
    }).pipe(
      Effect.timeoutOrElse({
        duration: timeout,
        orElse: () =>
          Effect.succeed<Sent>({ ...noAnswer, why: `no answer within ${Duration.toMillis(timeout)} ms` }),
      }),
    )
}

const noAnswer = { _tag: "Away", retryAfterMs: undefined } as const

const defaultName = (service: string): string =>
  service === "gateway" ? "lead-gateway" : `lead-gateway-${service}`

/** Of an answer, in characters: it says at most how many spans were rejected. */
const longestAnswer = 16 * 1024

/** The longest `Retry-After` that is heeded; a batch is dropped before. */
const longestPauseMs = 60_000

const retried: ReadonlySet<number> = new Set([429, 502, 503, 504])

const sentOf = ({ headers, statusCode = 0 }: http.IncomingMessage, answer: string): Sent => {
  if (statusCode >= 200 && statusCode < 300) return { _tag: "Accepted", rejected: rejectedIn(answer) }
  const why = `it answered ${statusCode}`
  if (!retried.has(statusCode)) return { _tag: "Refused", why }
  const seconds = Number(headers["retry-after"] ?? Number.NaN)
  return {
    _tag: "Away",
    why,
    retryAfterMs: seconds >= 0 ? Math.min(seconds * 1000, longestPauseMs) : undefined,
  }
}

/** `{"partialSuccess":{"rejectedSpans":"3"}}`; any other answer rejects none. */
const rejectedIn = (answer: string): number =>
  Number(/"rejectedSpans"\s*:\s*"?(\d{1,9})/.exec(answer)?.[1] ?? 0)
