import type { Scope } from "effect"
import * as Clock from "effect/Clock"
import * as Context from "effect/Context"
import * as Effect from "effect/Effect"
import * as Layer from "effect/Layer"
import * as Option from "effect/Option"
import { checkedOptions, type CustomerClientOptions } from "./ClientOptions.ts"
import type { CustomerOptionsInvalid } from "./CustomerApi.ts"
import type { DeliveryOutcome, DeliveryRequest } from "./Delivery.ts"
import { checkAddress } from "./internal/connect.ts"
import { describe } from "./internal/describe.ts"
import { makeConnections } from "./internal/connections.ts"
import { Exchange, type Terms } from "./internal/exchange.ts"

/**
 * Delivers leads to one customer's API.
 *
 * Connections are kept alive and shared by all exchanges of a client. It follows no redirects, uses no proxies and
 * requests no compression.
 */
// Marked as pure, so that bundles with `makeCustomerClient` alone leave out this class, and Effect's runtime with it.
export class CustomerClient
  extends /* @__PURE__ */ Context.Service<
    CustomerClient,
    {
      /**
       * Posts one lead by at most one request. Every result is a {@link DeliveryOutcome}, never a failure: a request that is
       * not of its type is `Unreachable`, `unsendable`.
       *
       * May be repeated with the same request. Interrupting it closes its connection, or its stream of an HTTP/2
       * connection; whether the customer has seen the request is then unknown. The span records outcome and
       * status, nothing of the lead.
       */
      readonly send: (request: DeliveryRequest) => Effect.Effect<DeliveryOutcome>
      /**
       * {@link send} for hot paths: a plain function without fiber and span.
       *
       * `done` is called once, in a later tick, unless the exchange is aborted before; it must not throw. `abort` does
       * what interrupting `send` does, and nothing after `done`. Throws a `TypeError` if `done` is no function.
       */
      readonly start: (
        request: DeliveryRequest,
        done: (outcome: DeliveryOutcome) => void,
      ) => { readonly abort: () => void }
      /**
       * Why nothing may be sent to the customer's address now, if so: resolves the name and applies the address policy, as
       * for a connection, but does not connect.
       *
       * `Some("the customer's host resolves to 10.0.0.1, a private address")` is what `send` would report
       * as `AddressRefused`; it concerns the customer's settings, not a lead. `None` if a connection would be allowed, and
       * if the name cannot be resolved within `connectTimeout` (by default `timeout`), which a retry may change. May be
       * repeated.
       */
      readonly refusal: Effect.Effect<Option.Option<string>>
    }
  >()("@lead-gateway/customer-client/CustomerClient")
{
  /**
   * A client for one customer. Its connections close with the scope; after that it sends nothing.
   *
   * Fails with {@link CustomerOptionsInvalid}, before anything is sent.
   */
  static readonly make = /* @__PURE__ */ Effect.fnUntraced(function* (
    options: CustomerClientOptions,
  ): Effect.fn.Return<CustomerClient["Service"], CustomerOptionsInvalid, Scope.Scope> {
    const checked = yield* Effect.fromResult(checkedOptions(options))
    const { addresses, connectTimeoutMs, http2, timeoutMs, url } = checked
    const connections = yield* Effect.acquireRelease(
      Effect.sync(() => makeConnections(url, addresses, http2)),
      (connections) => Effect.sync(() => connections.close()),
    )
    const terms: Terms = { ...checked, connections }

    return CustomerClient.of({
      start: (request, done) => {
        if (typeof done !== "function") {
          throw new TypeError(`done must be a function of the outcome, but is ${describe(done)}`)
        }
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
      refusal: Effect.callback<Option.Option<string>>((resume) =>
        checkAddress(url, addresses, (refusal) => resume(Effect.succeed(Option.fromUndefinedOr(refusal)))),
      ).pipe(
        Effect.timeoutOption(connectTimeoutMs ?? timeoutMs),
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
