import * as Duration from "effect/Duration"
import * as Option from "effect/Option"
import * as Result from "effect/Result"
import type { CustomerApi } from "../CustomerApi.ts"
import { CustomerOptionsInvalid, type OptionMistake } from "../CustomerOptionsInvalid.ts"
import { checkUrl } from "../CustomerUrl.ts"
import { addressCheck, allowMistake, type AddressCheck } from "./addressCheck.ts"
import { isList } from "./isList.ts"
import { requestHeaders, type RequestHeaders } from "./requestHeaders.ts"

/** Valid options, in the form in which the client uses them. */
export interface CheckedOptions {
  readonly url: URL
  readonly addresses: AddressCheck
  readonly headers: RequestHeaders
  readonly http2: "auto" | "never"
  readonly maxResponseBytes: number
  readonly timeout: Duration.Duration
  readonly connectTimeout: Duration.Duration | undefined
}

/** The options of both APIs; only the names of the times differ. */
export interface Times {
  readonly timeout: { readonly option: string; readonly value: Duration.Input }
  readonly connectTimeout: { readonly option: string; readonly value: Duration.Input | undefined }
}

/** Checks all options and reports every mistake at once. */
export const checkOptions = (
  api: CustomerApi,
  times: Times,
): Result.Result<CheckedOptions, CustomerOptionsInvalid> => {
  const mistakes: Array<OptionMistake> = []
  const report = (mistake: OptionMistake) => void mistakes.push(mistake)

  const allow: ReadonlyArray<string> = api.allow ?? []
  if (!isList(allow)) {
    const expected = "a list of addresses, networks and host names"
    report({ option: "allow", actual: JSON.stringify(allow), expected })
    return Result.fail(new CustomerOptionsInvalid({ mistakes }))
  }
  const url = checkUrl(api.url, api)
  if (Result.isFailure(url))
    report({ option: "url", actual: undefined, expected: urlAllowed(url.failure.message) })
  for (const [index, entry] of allow.entries()) {
    const expected = allowMistake(entry)
    if (expected !== undefined) report({ option: `allow.${index}`, actual: JSON.stringify(entry), expected })
  }
  const http2 = api.http2 ?? "auto"
  if (http2 !== "auto" && http2 !== "never") {
    report({ option: "http2", actual: JSON.stringify(http2), expected: '"auto" or "never"' })
  }
  const maxResponseBytes = api.maxResponseBytes ?? 64 * 1024
  if (!Number.isInteger(maxResponseBytes) || maxResponseBytes < 0 || maxResponseBytes > largest) {
    const expected = `a whole number of bytes from 0 to ${largest}`
    report({ option: "maxResponseBytes", actual: String(maxResponseBytes), expected })
  }
  const timeout = timeOf(times.timeout, report)
  const { option, value } = times.connectTimeout
  const connectTimeout = value === undefined ? undefined : timeOf({ option, value }, report)
  const headers = requestHeaders(api, report)

  return Result.isSuccess(url) && mistakes.length === 0
    ? Result.succeed({
        url: url.success,
        addresses: addressCheck(api),
        headers,
        http2,
        maxResponseBytes,
        timeout,
        connectTimeout,
      })
    : Result.fail(new CustomerOptionsInvalid({ mistakes }))
}

/** No API answer is larger than this, and no JavaScript string can be. */
const largest = 2 ** 28

const urlAllowed = (why: string) => `an absolute http or https URL of a customer; ${why}`

const timeOf = (
  { option, value }: Times["timeout"],
  report: (mistake: OptionMistake) => void,
): Duration.Duration => {
  const given = Duration.fromInput(value)
  const duration = Option.getOrElse(given, () => Duration.zero)
  const ms = Duration.toMillis(duration)
  if (ms > 0 && ms <= longestMs) return duration
  const actual =
    typeof value === "string"
      ? JSON.stringify(value)
      : typeof value === "number"
        ? String(value)
        : Option.getOrUndefined(Option.map(given, Duration.format))
  report({ option, actual, expected: `more than nothing, and ${longestMs} ms at most` })
  return duration
}

/** The longest delay of a Node timer. */
const longestMs = 2 ** 31 - 1
