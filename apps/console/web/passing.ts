/** Which errors pass by themselves, so that asking again helps. */
import { ApiError } from "@lead-gateway/client"

/** Whether the gateway could not be reached, was busy, or something that it depends on was away. */
export const isPassing = (error: unknown): boolean =>
  !(error instanceof ApiError) || error.status >= 500 || error.status === 429

const everyMs = 5000

/** When to ask again: after five seconds, or what the gateway asks for if that is later. */
export const retryMsOf = (error: unknown): number =>
  Math.max(everyMs, error instanceof ApiError ? (error.retryAfter ?? 0) * 1000 : 0)
