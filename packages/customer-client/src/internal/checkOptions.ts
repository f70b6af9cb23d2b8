import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CustomerApi, CustomerOptionsInvalid, isList, type OptionDiagnostic } from "../CustomerApi.ts"
import { addressCheck, type AddressCheck, checkUrl, expectedOfAllow } from "../CustomerUrl.ts"
import { describe, show } from "./describe.ts"
import { requestHeaders, type RequestHeaders } from "./requestHeaders.ts"
import { unknownOptions } from "./unknownOptions.ts"

/** Valid options, in the form in which the client uses them. */
export interface CheckedOptions {
  readonly url: URL
  readonly addresses: AddressCheck
  readonly headers: RequestHeaders
  readonly http2: "auto" | "never"
  readonly maxResponseBytes: number
  readonly timeoutMs: number
  /** Shorter than `timeoutMs`; otherwise that alone applies. */
  readonly connectTimeoutMs: number | undefined
}

/** The timeouts, under the names that they have in each API. */
export interface Times {
  readonly timeout: { readonly path: string; readonly value: unknown }
  readonly connectTimeout: { readonly path: string; readonly value: unknown }
  /** What they are written as, for diagnostics. */
  readonly unit: string
  /** The duration, if the value is one. */
  readonly decode: (value: unknown) => Option.Option<Duration.Duration>
}

/** Timeouts of `CustomerClient`: durations. */
export const durations = (timeout: unknown, connectTimeout: unknown): Times => ({
  timeout: { path: "timeout", value: timeout },
  connectTimeout: { path: "connectTimeout", value: connectTimeout },
  unit: 'a duration such as "30 seconds", or milliseconds',
  decode: (value) => {
    try {
      return Duration.fromInput(value as Duration.Input)
    } catch {
      return Option.none()
    }
  },
})

/** Timeouts of `makeCustomerClient`: numbers of milliseconds. */
export const milliseconds = (timeoutMs: unknown, connectTimeoutMs: unknown): Times => ({
  timeout: { path: "timeoutMs", value: timeoutMs },
  connectTimeout: { path: "connectTimeoutMs", value: connectTimeoutMs },
  unit: "a number of milliseconds",
  decode: (value) => (typeof value === "number" ? Option.some(Duration.millis(value)) : Option.none()),
})

/**
 * Checks options of any value by a function that expects an object. `example` is such an object, for the diagnostic of
 * anything else: nothing, a list, a `Result` that holds the options. What cannot be read is a diagnostic, too.
 */
export const readOptions = <A>(
  options: unknown,
  example: string,
  read: () => Result.Result<A, CustomerOptionsInvalid>,
): Result.Result<A, CustomerOptionsInvalid> => {
  const expected = `an object such as ${example}`
  const invalid = (actual: string) =>
    Result.fail(new CustomerOptionsInvalid({ diagnostics: [{ path: "options", actual, expected }] }))
  try {
    return typeof options !== "object" || options === null || isList(options) || Result.isResult(options)
      ? invalid(describe(options))
      : read()
  } catch {
    return invalid("what cannot be read")
  }
}

/** Checks all options and reports every diagnostic at once. */
export const checkOptions = (
  api: CustomerApi,
  times: Times,
): Result.Result<CheckedOptions, CustomerOptionsInvalid> => {
  const names = [times.timeout.path, times.connectTimeout.path]
  const diagnostics: Array<OptionDiagnostic> = [...unknownOptions(api, names)]
  const report = (diagnostic: OptionDiagnostic) => void diagnostics.push(diagnostic)

  const allow: ReadonlyArray<string> = api.allow ?? []
  if (!isList(allow)) {
    const expected = "a list of addresses, networks and host names"
    report({ path: "allow", actual: show(allow), expected })
    return Result.fail(new CustomerOptionsInvalid({ diagnostics }))
  }
  const url = checkUrl(api.url, api)
  if (Result.isFailure(url))
    report({ path: "url", actual: undefined, expected: expectedUrl(url.failure.message) })
  for (const [index, entry] of allow.entries()) {
    const expected = expectedOfAllow(entry)
    if (expected !== undefined)
      report({ path: `allow.${index}`, actual: show(entry) ?? "undefined", expected })
  }
  const http2 = api.http2 ?? "auto"
  if (http2 !== "auto" && http2 !== "never") {
    report({ path: "http2", actual: show(http2), expected: '"auto" or "never"' })
  }
  const maxResponseBytes = api.maxResponseBytes ?? 64 * 1024
  if (!Number.isInteger(maxResponseBytes) || maxResponseBytes < 0 || maxResponseBytes > largest) {
    const expected = `a whole number of bytes from 0 to ${largest}`
    report({ path: "maxResponseBytes", actual: show(maxResponseBytes), expected })
  }
  const timeoutMs = millisOf(times.timeout, times, report)
  const connectTimeoutMs =
    times.connectTimeout.value === undefined ? timeoutMs : millisOf(times.connectTimeout, times, report)
  const headers = requestHeaders(api, report)

  return Result.isSuccess(url) && diagnostics.length === 0
    ? Result.succeed({
        url: url.success,
        addresses: addressCheck(api),
        headers,
        http2,
        maxResponseBytes,
        timeoutMs,
        connectTimeoutMs: connectTimeoutMs < timeoutMs ? connectTimeoutMs : undefined,
      })
    : Result.fail(new CustomerOptionsInvalid({ diagnostics }))
}

/** 256 MiB; larger than any API answer, and within the longest string of JavaScript. */
const largest = 2 ** 28

const expectedUrl = (reason: string) => `an absolute http or https URL of a customer; ${reason}`

const millisOf = (
  { path, value }: Times["timeout"],
  { decode, unit }: Times,
  report: (diagnostic: OptionDiagnostic) => void,
): number => {
  const given = decode(value)
  const ms = Duration.toMillis(Option.getOrElse(given, () => Duration.zero))
  if (ms > 0 && ms <= longestMs) return ms
  const actual =
    Option.isSome(given) && typeof value === "object" ? Duration.format(given.value) : show(value)
  report({ path, actual, expected: `${unit}: more than 0, and ${longestMs} ms at most` })
  return ms
}

/** The longest delay of a Node timer. */
const longestMs = 2 ** 31 - 1
