/** Sends one lead through a running gateway and follows it. Loaded by the command when it is run. */
import { Kind, loadSettings, Settings } from "@lead-gateway/config"
import { oneLine } from "@lead-gateway/document-check"
import { Data, Duration, Effect, Option, Redacted } from "effect"
import { randomUUID } from "node:crypto"
import { failureOf } from "../commands/healthcheck.ts"
import { askUntil } from "../commands/within.ts"

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

/** The secrets by which senders and operators are let in; they are no flags, since every user sees those. */
const secrets = Settings.all({
  sender: Settings.optional("SHARED_SECRET", Kind.tokens, "The value of `X-Shared-Secret`"),
  operator: Settings.optional("OPERATOR_TOKENS", Kind.tokens, "The bearer token of operators"),
})

const first = (tokens: Option.Option<ReadonlyArray<Redacted.Redacted>>, header: (token: string) => object) =>
  Option.match(tokens, {
    onNone: () => ({}),
    onSome: ([token]) => (token === undefined ? {} : header(Redacted.value(token))),
  })

/**
 * Posts a lead with an `Idempotency-Key` and an `X-Correlation-ID` that begin with `smoke-`, and reads its history until it has
 * the expected status or has ended otherwise.
 */
export const smokeTest = Effect.fnUntraced(function* ({ expected, lead, url, within }: SmokeOptions) {
  const { value } = yield* loadSettings(secrets)
  const begin = Date.now()
  const correlationId = `smoke-${randomUUID()}`
  const received = yield* call(`${url}/webhooks/leads`, {
    method: "POST",
    headers: {
      "Content-Type": "application/json",
      "X-Correlation-ID": correlationId,
      "Idempotency-Key": correlationId,
      ...first(value.sender, (token) => ({ "X-Shared-Secret": token })),
    },
    body: lead,
  })
  const { lead_id: leadId } = received as { readonly lead_id?: unknown }
  if (typeof leadId !== "number")
    return yield* new SmokeFailed({ message: `${oneLine(url)} answers no lead_id` })
  const receivedMs = Date.now() - begin
  const history = call(`${url}/stats/leads/${leadId}/history`, {
    headers: { ...first(value.operator, (token) => ({ Authorization: `Bearer ${token}` })) },
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
const call = (url: string, init: RequestInit): Effect.Effect<object, SmokeFailed> =>
  Effect.tryPromise({
    try: async (signal) => {
      const response = await fetch(url, {
        ...init,
        redirect: "manual",
        signal: AbortSignal.any([signal, AbortSignal.timeout(10_000)]),
      })
      const text = await response.text()
      if (response.status !== 200) throw new Error(`${response.status} ${text.slice(0, 300)}`)
      return JSON.parse(text) as object
    },
    catch: (error) => new SmokeFailed({ message: `${oneLine(new URL(url).pathname)}: ${failureOf(error)}` }),
  })
