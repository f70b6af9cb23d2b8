import type { Scope } from "effect"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Duration from "effect/Duration"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import type { CustomerApi } from "./CustomerApi.ts"
import type { CustomerOptionsInvalid } from "./CustomerOptionsInvalid.ts"
import type { DeliveryOutcome } from "./DeliveryOutcome.ts"
import type { DeliveryRequest } from "./DeliveryRequest.ts"
import { checkOptions } from "./internal/checkOptions.ts"
import { makeConnections } from "./internal/connections.ts"
import { Exchange, type Terms } from "./internal/exchange.ts"
import { addressRefusal } from "./internal/refusal.ts"

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
    /**
     * The same for hot paths: a plain function that makes no fiber and no span.
     *
     * `done` is called once, in a later tick, unless it is aborted before; it must not throw. `abort` does what
     * interrupting `send` does, and after `done` nothing. Throws only what a request breaks that is not of its type.
     */
    readonly start: (
      request: DeliveryRequest,
      done: (outcome: DeliveryOutcome) => void,
    ) => { readonly abort: () => void }
    /**
     * Why nothing may be sent to the customer's address now, if so: the name is resolved and the address policy
     * applied, as a connection would, but nothing is connected to.
     *
     * `Some("the customer's host resolves to 10.0.0.1, a private address")` is what `send` would give as
     * `AddressRefused`, and concerns the customer's settings, not a lead. `None` where a connection would be allowed,
     * and where the name cannot be resolved now, or not within `connectTimeout` (`timeout` without it): that is for
     * a retry policy. May be asked as often as wanted; a URL that can never be sent to makes no client.
     */
    readonly refusal: Effect.Effect<Option.Option<string>>
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
    const isForConnecting = connectTimeout !== undefined && Duration.isLessThan(connectTimeout, timeout)
    const terms: Terms = {
      connections,
      headers,
      maxResponseBytes,
      timeoutMs: Duration.toMillis(timeout),
      connectTimeoutMs: isForConnecting ? Duration.toMillis(connectTimeout) : undefined,
    }

    return CustomerClient.of({
      start: (request, done) => {
        const exchange = new Exchange(terms, request, Date.now(), done)
        return { abort: () => exchange.abort() }
      },
      send: Effect.fn("CustomerClient.send")(function* (request) {
        const timeMs = yield* Clock.currentTimeMillis
        const outcome = yield* Effect.callback<DeliveryOutcome>((resume) => {
          const exchange = new Exchange(terms, request, timeMs, (outcome) => resume(Effect.succeed(outcome)))
          return Effect.sync(() => exchange.abort())
        })
        yield* Effect.annotateCurrentSpan(attributes(outcome))
        return outcome
      }),
      refusal: addressRefusal(url, addresses).pipe(
        Effect.timeoutOption(isForConnecting ? connectTimeout : timeout),
        Effect.map(Option.flatten),
        Effect.withSpan("CustomerClient.refusal"),
      ),
    })
  })

  /** {@link make} as a layer. */
  static readonly layer = (options: CustomerClientOptions) =>
    Layer.effect(CustomerClient, CustomerClient.make(options))
}

const attributes = (outcome: DeliveryOutcome): Record<string, unknown> => ({
  "delivery.outcome": outcome._tag,
  ...(outcome._tag === "Answered" ? { "http.response.status_code": outcome.status } : {}),
  ...(outcome._tag === "Unreachable" ? { "error.type": outcome.kind } : {}),
})
