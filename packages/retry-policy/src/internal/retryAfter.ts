import { httpDate } from "../HttpDate.ts"

/**
 * Milliseconds that a `Retry-After` header asks to wait, or `undefined` when it cannot be read.
 *
 * RFC 9110, section 10.2.3: whole seconds, or an HTTP date. A date in the past asks for nothing: 0.
 */
export const retryAfterMs = (header: string, nowMs: number): number | undefined => {
  const value = header.trim()
  if (/^\d+$/.test(value)) return Number(value) * 1000
  const date = httpDate(value, nowMs)
  return date === undefined ? undefined : Math.max(0, date - nowMs)
}
