import * as Redacted from "effect/Redacted"
import * as Result from "effect/Result"
import { type Authentication, type CustomerApi, isList } from "./CustomerApi.ts"
import type { DeliveryOutcome, DeliveryRequest } from "./Delivery.ts"
import { checkOptions, milliseconds, readOptions } from "./internal/checkOptions.ts"
import { makeConnections } from "./internal/connections.ts"
import { describe } from "./internal/describe.ts"
import { Exchange, type Terms } from "./internal/exchange.ts"

/** A customer's API with its secrets as text, and how long to wait for it. */
export interface PlainCustomerClientOptions extends CustomerApi<string> {
  /** For a whole exchange: name resolution, connection, request, answer with its body. */
  readonly timeoutMs: number
  /** For the part before the request is sent; without it only `timeoutMs` counts. */
  readonly connectTimeoutMs?: number | undefined
}

/** `CustomerClient` without Effect: promises, and secrets as text. */
export interface PlainCustomerClient extends AsyncDisposable {
  /**
   * Posts one lead by at most one request. Every result is a {@link DeliveryOutcome}.
   *
   * Rejects only if `signal` aborts, with the signal's reason (whether the customer has seen the request is then
   * unknown), and with a `TypeError` if it is no signal. After `close` the outcome is `Unreachable`, `unsendable`.
   */
  readonly send: (
    request: DeliveryRequest,
    options?: { readonly signal?: AbortSignal | undefined },
  ) => Promise<DeliveryOutcome>
  /** Closes all connections; exchanges under way end as if the customer had closed them. May be repeated. */
  readonly close: () => Promise<void>
}

/**
 * Makes a client for one customer, to be closed when it is no longer needed: by `close`, or by `await using`.
 *
 * Throws `CustomerOptionsInvalid`, with a diagnostic for each invalid option. Connects when something is sent.
 */
export const makeCustomerClient = (options: PlainCustomerClientOptions): PlainCustomerClient => {
  const checked = readOptions(options, '{ url: "https://customer.example/leads", timeoutMs: 30_000 }', () => {
    const { timeoutMs, connectTimeoutMs, ...plain } = options
    const api: CustomerApi = {
      ...plain,
      auth: redacted(plain.auth),
      // A value that is not a list is passed on as it is; `checkOptions` reports it.
      signingSecrets: isList(plain.signingSecrets) ? plain.signingSecrets.map(wrap) : plain.signingSecrets,
    }
    return checkOptions(api, milliseconds(timeoutMs, connectTimeoutMs))
  })
  if (Result.isFailure(checked)) throw checked.failure

  const { addresses, http2, url } = checked.success
  const connections = makeConnections(url, addresses, http2)
  const terms: Terms = { ...checked.success, connections }
  const close = () => {
    connections.close()
    return Promise.resolve()
  }
  return {
    send: (request, options) =>
      new Promise((resolve, reject) => {
        const signal = signalOf(options)
        signal?.throwIfAborted()
        const exchange = new Exchange(terms, request, Date.now(), (outcome) => {
          signal?.removeEventListener("abort", abort)
          resolve(outcome)
        })
        const abort = () => {
          exchange.abort()
          reject(signal?.reason as Error)
        }
        signal?.addEventListener("abort", abort, { once: true })
      }),
    close,
    [Symbol.asyncDispose]: close,
  }
}

/** The signal of `send`. Throws a `TypeError` for any other value. */
const signalOf = (options: { readonly signal?: AbortSignal | undefined } | undefined) => {
  const signal: unknown = options?.signal
  if (signal === undefined || signal === null || signal instanceof AbortSignal) return signal ?? undefined
  throw new TypeError(`signal must be an AbortSignal, such as controller.signal, but is ${describe(signal)}`)
}

const wrap = (secret: string) => Redacted.make(secret)

const redacted = (auth: Authentication<string> | undefined): Authentication | undefined => {
  switch (auth?._tag) {
    case "Bearer":
      return { _tag: "Bearer", token: wrap(auth.token) }
    case "Basic":
      return { _tag: "Basic", user: auth.user, password: wrap(auth.password) }
    case "ApiKey":
      return { _tag: "ApiKey", header: auth.header, key: wrap(auth.key) }
    default:
      return auth
  }
}
