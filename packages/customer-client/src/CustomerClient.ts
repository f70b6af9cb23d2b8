import { Clock, Context, Data, Duration, Effect, Layer, Redacted, type Scope } from "effect"
import { checkUrl, type CustomerUrlInvalid } from "./CustomerUrl.ts"
import type { DeliveryOutcome } from "./DeliveryOutcome.ts"
import { makeAgent } from "./internal/agent.ts"
import { type Call, type Exchange, startExchange } from "./internal/exchange.ts"

/** One lead on its way to a customer. */
export interface DeliveryRequest {
  /** JSON text, sent byte for byte as UTF-8. */
  readonly body: string
  /** The same for every attempt to deliver a lead, so that the customer can tell a repetition. */
  readonly idempotencyKey: string
  readonly correlationId: string
  /** W3C Trace Context, `00-<trace id>-<span id>-<flags>`; the header is left out without it. */
  readonly traceparent?: string | undefined
}

/** A customer's API and how to talk to it. */
export interface CustomerClientOptions {
  /** Where leads are posted: absolute, http or https, without credentials. */
  readonly url: string | URL
  /** Sent as `Authorization: Bearer <token>`; without it no such header is sent. */
  readonly token?: Redacted.Redacted | undefined
  /** For a whole exchange: name resolution, connection, request, answer with its body. */
  readonly timeout: Duration.Input
  /** Whether the customer may be on our own machine or network. */
  readonly allowPrivate: boolean
  /** How much of an answer's body is read, in bytes; 64 KiB by default. The rest is not waited for. */
  readonly maxResponseBytes?: number | undefined
}

/** A token that cannot stand in an HTTP header: empty, or not visible ASCII. The message does not quote it. */
export class CustomerTokenInvalid extends Data.TaggedError("CustomerTokenInvalid")<{
  readonly message: string
}> {}

/**
 * Delivers leads to one customer's API.
 *
 * Connections are kept alive and shared by all exchanges of a client. Redirects are not followed, proxies not
 * used, compressed answers not asked for.
 */
export class CustomerClient extends Context.Service<
  CustomerClient,
  {
    /**
     * Posts one lead by at most one request; whatever happens is a {@link DeliveryOutcome}, never a failure.
     *
     * May be repeated with the same request. Interrupting it closes its connection; whether the customer has
     * seen the request is then unknown. The span holds outcome and status, nothing of the lead.
     */
    readonly send: (request: DeliveryRequest) => Effect.Effect<DeliveryOutcome>
  }
>()("@lead-gateway/customer-client/CustomerClient") {
  /**
   * A client for one customer; its connections close with the scope.
   *
   * Fails with {@link CustomerUrlInvalid} or {@link CustomerTokenInvalid}, before anything is sent.
   */
  static readonly make = Effect.fnUntraced(function* (
    options: CustomerClientOptions,
  ): Effect.fn.Return<CustomerClient["Service"], CustomerUrlInvalid | CustomerTokenInvalid, Scope.Scope> {
    const url = yield* Effect.fromResult(checkUrl(options.url, options))
    const authorization = yield* bearer(options.token)
    const timeout = Duration.fromInputUnsafe(options.timeout)
    const agent = yield* Effect.acquireRelease(
      Effect.sync(() => makeAgent(url, options)),
      (agent) => Effect.sync(() => agent.destroy()),
    )

    const send = Effect.fn("CustomerClient.send")(function* (request: DeliveryRequest) {
      const clock = yield* Clock.Clock
      const began = clock.monotonicTimeNanosUnsafe()
      const outcome = yield* exchange(
        {
          url,
          agent,
          headers: headers(request, authorization),
          body: request.body,
          maxResponseBytes: options.maxResponseBytes ?? 64 * 1024,
          elapsedMs: () => Number((clock.monotonicTimeNanosUnsafe() - began) / 1_000_000n),
        },
        timeout,
      )
      yield* Effect.annotateCurrentSpan(attributes(outcome))
      return outcome
    })
    return CustomerClient.of({ send })
  })

  /** {@link make} as a layer. */
  static readonly layer = (options: CustomerClientOptions) =>
    Layer.effect(CustomerClient, CustomerClient.make(options))
}

/**
 * The timer does not interrupt the exchange, it ends it: what is known by then is the outcome. Both sides of a
 * race can be interrupted, so this holds in an uninterruptible region too.
 */
const exchange = (call: Call, timeout: Duration.Duration): Effect.Effect<DeliveryOutcome> =>
  Effect.suspend(() => {
    let running: Exchange | undefined
    const timer = Effect.sleep(timeout).pipe(
      Effect.andThen(Effect.sync(() => running?.expire())),
      Effect.andThen(Effect.never),
    )
    return Effect.callback<DeliveryOutcome>((resume) => {
      const exchange = startExchange(call, (outcome) => resume(Effect.succeed(outcome)))
      running = exchange
      return Effect.sync(exchange.abort)
    }).pipe(Effect.raceFirst(timer))
  })

const bearer = (
  token: Redacted.Redacted | undefined,
): Effect.Effect<string | undefined, CustomerTokenInvalid> => {
  if (token === undefined) return Effect.succeed(undefined)
  const value = Redacted.value(token)
  return /^[\x21-\x7e]+$/.test(value)
    ? Effect.succeed(`Bearer ${value}`)
    : new CustomerTokenInvalid({
        message: "the customer's token must be visible ASCII characters, at least one",
      })
}

const headers = (request: DeliveryRequest, authorization: string | undefined) => ({
  "Content-Type": "application/json",
  "Content-Length": Buffer.byteLength(request.body),
  Accept: "application/json",
  "Accept-Encoding": "identity",
  "User-Agent": "lead-gateway",
  "Idempotency-Key": request.idempotencyKey,
  "X-Correlation-ID": request.correlationId,
  ...(request.traceparent === undefined ? {} : { traceparent: request.traceparent }),
  ...(authorization === undefined ? {} : { Authorization: authorization }),
})

const attributes = (outcome: DeliveryOutcome): Record<string, unknown> => ({
  "delivery.outcome": outcome._tag,
  ...(outcome._tag === "Answered" ? { "http.response.status_code": outcome.status } : {}),
  ...(outcome._tag === "Unreachable" ? { "error.type": outcome.kind } : {}),
})
