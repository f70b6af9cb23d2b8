/** One log line, and where traces are on one span, for each request of a listener. */
import { Effect } from "effect"
import type { HttpResponse, RequestObserver } from "./HttpResponse.ts"
import type { LogLevel } from "./internal/entry.ts"
import { LineLog } from "./LineLog.ts"
import type { RequestFacts } from "./RequestFacts.ts"
import { defineSpan, type SpanKind } from "./Span.ts"
import { SlowMs } from "./Telemetry.ts"
import * as TraceParent from "./TraceParent.ts"
import { Tracing } from "./Tracing.ts"

/** What is logged of which routes. */
export interface RequestLogOptions {
  /** Routes of which leads come: `lead received` and `webhook refused` are their lines. */
  readonly isIntake: (route: string) => boolean
  /** Routes that are asked every few seconds, by a probe: lines at `debug`, and no spans. */
  readonly isProbe: (route: string) => boolean
}

const names = [
  "correlation_id",
  "lead_id",
  "trace_id",
  "span_id",
  "method",
  "route",
  "status_code",
  "reason",
  "duration_ms",
  "bytes",
  "slow",
  "read_ms",
  "store_ms",
  "cause",
] as const

const attributes = [
  "http.request.method",
  "http.route",
  "url.path",
  "url.scheme",
  "http.response.status_code",
  "http.request.body.size",
  "lead_gateway.lead.id",
  "lead_gateway.correlation_id",
]

/**
 * Makes the observer of a listener. It logs each request when it ends: method, route, status, duration, size, and the
 * ids of the lead and the trace. A request that took longer than `SLOW_MS` is a warning that says what was slow: `read`
 * (the sender's body), `store` (Postgres) or `answer`. Neither the path as it came, nor a query, nor the sender's address
 * is logged or traced: they are or hold personal data.
 */
export const makeRequestLog = ({ isIntake, isProbe }: RequestLogOptions): Effect.Effect<RequestObserver> =>
  Effect.gen(function* () {
    const log = yield* LineLog
    const slowMs = yield* SlowMs
    const tracing = yield* Tracing
    const lines = new Map<string, ReturnType<typeof log.prepare<typeof names>>>()
    const kinds = new Map<string, SpanKind>()

    const lineOf = (level: LogLevel, message: string) => {
      const key = `${level} ${message}`
      const known = lines.get(key)
      if (known !== undefined) return known
      const line = log.prepare(level, message, names)
      lines.set(key, line)
      return line
    }

    const write = (response: HttpResponse, isAnswered: boolean, now: number): void => {
      const { correlationId, facts, req, statusCode } = response
      const { bodyBytes, cause, leadId, reason, route, trace } = facts
      const duration = now - facts.beganAt
      const isSlow = duration > slowMs && isAnswered
      const line = lineOf(levelOf(facts, isSlow, isAnswered, isProbe(route)), messageOf(response, isAnswered))
      line(
        correlationId,
        leadId === 0 ? undefined : leadId,
        trace?.traceId,
        tracing === undefined ? undefined : trace?.spanId,
        req.method,
        route === "" ? undefined : route,
        isAnswered || response.headersSent ? statusCode : undefined,
        reason === "" ? undefined : reason,
        rounded(duration),
        bodyBytes === 0 ? undefined : bodyBytes,
        isSlow ? slowest(facts, now) : undefined,
        isSlow && facts.readAt > 0 ? rounded(facts.readAt - facts.beganAt) : undefined,
        isSlow && facts.storedAt > 0 ? rounded(facts.storedAt - facts.readAt) : undefined,
        cause,
      )
    }

    const messageOf = (
      { facts: { isDuplicate, leadId, route }, headersSent, statusCode }: HttpResponse,
      isAnswered: boolean,
    ) => {
      if (leadId !== 0) return isDuplicate ? "webhook came before" : "lead received"
      if (!isAnswered && !headersSent) return "request aborted"
      if (statusCode < 400) return "request answered"
      return isIntake(route) ? "webhook refused" : "request refused"
    }

    const kindOf = (method: string, route: string): SpanKind => {
      // The listener's parser knows a few dozen methods, and routes are those of the contract.
      const name = route === "" ? method : `${method} ${route}`
      const known = kinds.get(name)
      if (known !== undefined) return known
      const kind = defineSpan(name, "SERVER", attributes)
      kinds.set(name, kind)
      return kind
    }

    return {
      began: ({ facts, req }) => {
        // Node joins repeated headers, and what is joined is no valid one.
        const parent = TraceParent.ofText(req.headers["traceparent"]?.toString())
        facts.trace = tracing === undefined ? parent : tracing.begin(parent)
        facts.parentSpanId = parent?.spanId
      },
      ended: (response, isAnswered) => {
        const { correlationId, facts, req, statusCode } = response
        const { bodyBytes, isSilent, leadId, route, trace } = facts
        if (isSilent) return
        const now = performance.now()
        write(response, isAnswered, now)
        if (tracing === undefined || trace?.sampled !== true || isProbe(route)) return
        const { method = "" } = req
        const hasStatus = isAnswered || response.headersSent
        tracing.record({
          kind: kindOf(method, route),
          context: trace,
          parentSpanId: facts.parentSpanId,
          startMs: facts.beganAt,
          endMs: now,
          error: !hasStatus ? "aborted" : statusCode >= 500 ? String(statusCode) : undefined,
          values: [
            method,
            route === "" ? undefined : route,
            // The path itself may hold anything; a route's parameters are ids of leads.
            route === "" || route.includes(":") ? undefined : route,
            "http",
            hasStatus ? statusCode : undefined,
            bodyBytes === 0 ? undefined : bodyBytes,
            leadId === 0 ? undefined : leadId,
            correlationId,
          ],
        })
      },
    }
  })

const levelOf = (
  { leadId, level }: RequestFacts,
  isSlow: boolean,
  isAnswered: boolean,
  isProbe: boolean,
): LogLevel => {
  if (level === "error") return level
  if (isSlow) return "warn"
  // Nobody reads the answer; a lead that was stored is logged all the same.
  if (isProbe || (!isAnswered && leadId === 0)) return "debug"
  return level
}

/** What took longest of a slow request. */
const slowest = ({ beganAt, readAt, storedAt }: RequestFacts, now: number): string => {
  const read = readAt === 0 ? 0 : readAt - beganAt
  const store = storedAt === 0 ? 0 : storedAt - readAt
  const answer = now - (storedAt || readAt || beganAt)
  if (read >= store && read >= answer) return "read"
  return store >= answer ? "store" : "answer"
}

/** Milliseconds with one decimal. */
const rounded = (ms: number): number => Math.round(ms * 10) / 10
