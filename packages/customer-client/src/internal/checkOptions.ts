import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import { type CustomerApi, CustomerOptionsInvalid, isList, type OptionDiagnostic } from "../CustomerApi.ts"
import { addressCheck, type AddressCheck, checkUrl, expectedOfAllow } from "../CustomerUrl.ts"
import { requestHeaders, type RequestHeaders } from "./requestHeaders.ts"

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
  readonly timeout: { readonly path: string; readonly value: Duration.Input }
  readonly connectTimeout: { readonly path: string; readonly value: Duration.Input | undefined }
}

/** Checks all options and reports every diagnostic at once. */
export const checkOptions = (
  api: CustomerApi,
  times: Times,
): Result.Result<CheckedOptions, CustomerOptionsInvalid> => {
  const diagnostics: Array<OptionDiagnostic> = []
  const report = (diagnostic: OptionDiagnostic) => void diagnostics.push(diagnostic)

  const allow: ReadonlyArray<string> = api.allow ?? []
  if (!isList(allow)) {
    const expected = "a list of addresses, networks and host names"
    report({ path: "allow", actual: JSON.stringify(allow), expected })
    return Result.fail(new CustomerOptionsInvalid({ diagnostics }))
  }
  const url = checkUrl(api.url, api)
  if (Result.isFailure(url))
    report({ path: "url", actual: undefined, expected: expectedUrl(url.failure.message) })
  for (const [index, entry] of allow.entries()) {
    const expected = expectedOfAllow(entry)
    if (expected !== undefined) report({ path: `allow.${index}`, actual: JSON.stringify(entry), expected })
  }
  const http2 = api.http2 ?? "auto"
  if (http2 !== "auto" && http2 !== "never") {
    report({ path: "http2", actual: JSON.stringify(http2), expected: '"auto" or "never"' })
  }
  const maxResponseBytes = api.maxResponseBytes ?? 64 * 1024
  if (!Number.isInteger(maxResponseBytes) || maxResponseBytes < 0 || maxResponseBytes > largest) {
    const expected = `a whole number of bytes from 0 to ${largest}`
    report({ path: "maxResponseBytes", actual: String(maxResponseBytes), expected })
  }
  const timeoutMs = millisOf(times.timeout, report)
  const { path, value } = times.connectTimeout
  const connectTimeoutMs = value === undefined ? timeoutMs : millisOf({ path, value }, report)
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
  report: (diagnostic: OptionDiagnostic) => void,
): number => {
  const given = Duration.fromInput(value)
  const ms = Duration.toMillis(Option.getOrElse(given, () => Duration.zero))
  if (ms > 0 && ms <= longestMs) return ms
  const actual =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "number"
        ? String(value)
        : Option.getOrUndefined(Option.map(given, Duration.format))
  report({ path, actual, expected: `more than nothing, and ${longestMs} ms at most` })
  return ms
}

/** The longest delay of a Node timer. */
const longestMs = 2 ** 31 - 1
