import { Clock, Context, Duration, Effect, Layer, type Scope } from "effect"
import type { CustomerApi } from "./CustomerApi.ts"
import type { CustomerOptionsInvalid } from "./CustomerOptionsInvalid.ts"
import type { DeliveryOutcome } from "./DeliveryOutcome.ts"
import type { DeliveryRequest } from "./DeliveryRequest.ts"
import type { Call } from "./internal/Call.ts"
import { checkOptions } from "./internal/checkOptions.ts"
import { type Connections, makeConnections } from "./internal/connections.ts"
import { type Exchange, startExchange } from "./internal/exchange.ts"

/** A customer's API, and how long to wait for it. */
export interface CustomerClientOptions extends CustomerApi {
  /** For a whole exchange: name resolution, connection, request, answer with its body. */
  readonly timeout: Duration.Input
  /**
   * For the part before the request is sent: name resolution, connection, TLS, waiting for a free HTTP/2 stream.
   * Without it only `timeout` counts.
   */
  readonly connectTimeout?: Duration.Input | undefined
}

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
     * May be repeated with the same request. Interrupting it closes its connection, or its stream of an HTTP/2
     * connection; whether the customer has seen the request is then unknown. The span holds outcome and status,
     * nothing of the lead.
     */
    readonly send: (request: DeliveryRequest) => Effect.Effect<DeliveryOutcome>
  }
>()("@lead-gateway/customer-client/CustomerClient") {
  /**
   * A client for one customer; its connections close with the scope, and it sends nothing after that.
   *
   * Fails with {@link CustomerOptionsInvalid}, before anything is sent.
   */
  static readonly make = Effect.fnUntraced(function* (
    options: CustomerClientOptions,
  ): Effect.fn.Return<CustomerClient["Service"], CustomerOptionsInvalid, Scope.Scope> {
    const { addresses, connectTimeout, headers, http2, maxResponseBytes, timeout, url } =
      yield* Effect.fromResult(
        checkOptions(options, {
          timeout: { option: "timeout", value: options.timeout },
          connectTimeout: { option: "connectTimeout", value: options.connectTimeout },
        }),
      )
    const connections = yield* Effect.acquireRelease(
      Effect.sync(() => makeConnections(url, addresses, http2)),
      (connections) => Effect.sync(() => connections.close()),
    )

    const send = Effect.fn("CustomerClient.send")(function* (request: DeliveryRequest) {
      const clock = yield* Clock.Clock
      const began = clock.monotonicTimeNanosUnsafe()
      const call: Call = {
        url,
        headers: headers.of(request, clock.currentTimeMillisUnsafe()),
        secretHeaders: headers.secret,
        hasKey: request.idempotencyKey !== "",
        body: request.body,
        maxResponseBytes,
        elapsedMs: () => Number((clock.monotonicTimeNanosUnsafe() - began) / 1_000_000n),
      }
      const outcome = yield* exchange(call, connections, { timeout, connectTimeout })
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
 * The timers do not interrupt the exchange, they end it: what is known by then is the outcome. Both sides of a
 * race can be interrupted, so this holds in an uninterruptible region too.
 */
const exchange = (
  call: Call,
  connections: Connections,
  times: { readonly timeout: Duration.Duration; readonly connectTimeout: Duration.Duration | undefined },
): Effect.Effect<DeliveryOutcome> =>
  Effect.suspend(() => {
    let running: Exchange | undefined
    const { connectTimeout, timeout } = times
    const connecting =
      connectTimeout !== undefined && Duration.isLessThan(connectTimeout, timeout)
        ? connectTimeout
        : undefined
    const timers = Effect.gen(function* () {
      if (connecting !== undefined) {
        yield* Effect.sleep(connecting)
        running?.expireConnect()
      }
      yield* Effect.sleep(connecting === undefined ? timeout : Duration.subtract(timeout, connecting))
      running?.expire()
      return yield* Effect.never
    })
    return Effect.callback<DeliveryOutcome>((resume) => {
      const exchange = startExchange(call, connections, (outcome) => resume(Effect.succeed(outcome)))
      running = exchange
      return Effect.sync(exchange.abort)
    }).pipe(Effect.raceFirst(timers))
  })

const attributes = (outcome: DeliveryOutcome): Record<string, unknown> => ({
  "delivery.outcome": outcome._tag,
  ...(outcome._tag === "Answered" ? { "http.response.status_code": outcome.status } : {}),
  ...(outcome._tag === "Unreachable" ? { "error.type": outcome.kind } : {}),
})
