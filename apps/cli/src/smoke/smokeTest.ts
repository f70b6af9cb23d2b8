/** Sends one lead through a running gateway and follows it. Loaded by the command when it is run. */
import { loadSettings } from "@lead-gateway/config"
import { oneLine } from "@lead-gateway/document-check"
import { Data, Duration, Effect } from "effect"
import { randomUUID } from "node:crypto"
import { failureOf } from "../commands/healthcheck.ts"
import { askUntil } from "../commands/within.ts"
import { ofOperator, ofSender, secrets, senderAdvice } from "./credentials.ts"
import { type Asked, exchange } from "./exchange.ts"

/** The lead was not received, or did not come to the expected end in time. */
export class SmokeFailed extends Data.TaggedError("SmokeFailed")<{ readonly message: string }> {}

/** What to send and what to expect. */
export interface SmokeOptions {
  readonly url: string
  /** JSON. */
  readonly lead: string
  readonly expected: string
  readonly within: Duration.Duration
}

/** What came of the lead. */
export interface SmokeResult {
  readonly leadId: number
  readonly correlationId: string
  readonly status: string
  readonly receivedMs: number
  readonly endedMs: number
}

/**
 * Posts a lead with an `Idempotency-Key` and an `X-Correlation-ID` that begin with `smoke-`, and reads its history until it has
 * the expected status or has ended otherwise.
 */
export const smokeTest = Effect.fnUntraced(function* ({ expected, lead, url, within }: SmokeOptions) {
  const { value } = yield* loadSettings(secrets)
  const begin = Date.now()
  const correlationId = `smoke-${randomUUID()}`
  const received = yield* call(`${url}/webhooks/leads`, senderAdvice, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Correlation-ID": correlationId,
      "Idempotency-Key": correlationId,
      ...ofSender(value, { id: correlationId, timeMs: begin, body: lead }),
    },
    body: lead,
  })
  const { lead_id: leadId } = received as { readonly lead_id?: unknown }
  if (typeof leadId !== "number")
    return yield* new SmokeFailed({ message: `${oneLine(url)} answers no lead_id` })
  const receivedMs = Date.now() - begin
  const history = call(`${url}/stats/leads/${leadId}/history`, "set the api's OPERATOR_TOKENS", {
    method: "GET",
    headers: ofOperator(value),
  })
  const status = yield* askUntil(
    Effect.map(history, (answer) => String((answer as { readonly status?: unknown }).status)),
    (status) => status === expected || isEnd(status),
    begin + Duration.toMillis(within),
  )
  if (status !== expected) {
    return yield* new SmokeFailed({
      message: `lead ${leadId} (${correlationId}) is ${oneLine(status)} after ${Date.now() - begin} ms, not ${expected}`,
    })
  }
  return { leadId, correlationId, status, receivedMs, endedMs: Date.now() - begin } satisfies SmokeResult
})

const isEnd = (status: string): boolean => ["DELIVERED", "REJECTED", "PERMANENTLY_FAILED"].includes(status)

/** The JSON that a gateway answers with 200. Its error texts are fixed, and hold nothing of a lead. */
const call = (url: string, advice: string, asked: Asked): Effect.Effect<object, SmokeFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const within = AbortSignal.any([signal, AbortSignal.timeout(10_000)])
      const { status, text } = await exchange(url, asked, within)
      if (status === 401) throw new Error(`401 ${text.slice(0, 300)}: ${advice}`)
      if (status !== 200) throw new Error(`${status} ${text.slice(0, 300)}`)
      return JSON.parse(text) as object
    },
    catch: (error) => new SmokeFailed({ message: `${oneLine(new URL(url).pathname)}: ${failureOf(error)}` }),
  })
