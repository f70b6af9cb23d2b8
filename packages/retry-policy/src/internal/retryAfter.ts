import { httpDate } from "../HttpDate.ts"

/** Seconds, with a fraction or without: `120`, `8.0`, `292.05`. */
const secondsForm = /^\d+(?:\.\d+)?$/

/** A duration as Go prints it: `1m30s`, `2m59.56s`, `370ms`. */
const durationForm = /^(?=\d)(?:(\d+)h)?(?:(\d+)m)?(?:(\d+(?:\.\d+)?)s)?$|^(\d+(?:\.\d+)?)ms$/

/** More seconds than anybody means by a delay, and less than a time since 1970 has. */
const epochSeconds = 1e9
const epochMillis = 1e12

/**
 * The wait that a `Retry-After` header asks for, in whole milliseconds; `undefined` if the header is not readable.
 *
 * RFC 9110, section 10.2.3: whole seconds, or an HTTP date in any of its three forms. Beyond the RFC, because customers
 * send it: a fraction of seconds, rounded up to whole ones (`8.2` is 9 s); a duration with units (`1m30s`); a number
 * from 10^9, which is a time since 1970 in seconds, or from 10^12 in milliseconds. A time in the past gives 0.
 */
export const retryAfterMs = (header: string, nowMs: number): number | undefined => {
  const value = header.trim()
  if (secondsForm.test(value)) return waitOf(Number(value), nowMs)
  const [text, hours = 0, minutes = 0, seconds = 0, millis = 0] = durationForm.exec(value) ?? []
  if (text !== undefined) {
    return Math.ceil((Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds)) * 1000 + Number(millis))
  }
  const date = httpDate(value, nowMs)
  return date === undefined ? undefined : Math.max(0, date - nowMs)
}

const waitOf = (seconds: number, nowMs: number): number => {
  if (seconds < epochSeconds) return Math.ceil(seconds) * 1000
  const timeMs = seconds < epochMillis ? seconds * 1000 : seconds
  return Math.max(0, Math.ceil(timeMs - nowMs))
}

/** Whether a header is a readable `Retry-After`. */
export const isReadable = (header: unknown): boolean =>
  typeof header === "string" && retryAfterMs(header, 0) !== undefined
