import type * as Duration from "effect/Duration"
import * as Result from "effect/Result"
import type { CustomerApi, CustomerOptionsInvalid } from "./CustomerApi.ts"
import { type CheckedOptions, checkOptions, durations, readOptions } from "./internal/checkOptions.ts"

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
 * Checks the options of a client as `CustomerClient.make` does, and makes none: for programs that read options from a
 * file or the environment and report all that is wrong there. Total; opens nothing.
 */
export const checkClientOptions = (
  options: CustomerClientOptions,
): Result.Result<void, CustomerOptionsInvalid> => Result.map(checkedOptions(options), () => undefined)

/** The options in the form in which a client uses them. */
export const checkedOptions = (
  options: CustomerClientOptions,
): Result.Result<CheckedOptions, CustomerOptionsInvalid> =>
  readOptions(options, '{ url: "https://customer.example/leads", timeout: "30 seconds" }', () =>
    checkOptions(options, durations(options.timeout, options.connectTimeout)),
  )
