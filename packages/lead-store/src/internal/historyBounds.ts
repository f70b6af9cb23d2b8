/** How much a history has: a payload of 1 MiB makes one of less than 4 MiB. */
import { stringify } from "@lead-gateway/lossless-json"
import type { LeadEvent } from "../LeadHistory.ts"

/** What a history has at most, so that it stays in proportion to its payload: the newest of each. */
export const most = { decisions: 50, attempts: 50, events: 200 } as const

/** The JSON of the newest response bodies is returned in full up to so many bytes in all; the other bodies are cut. */
export const bodyBytes = 128 * 1024
/** The characters of a body that is cut. */
export const cutBody = 200

/** The details of events have so many bytes at most in all; of more, the oldest events but the webhook are left out. */
const eventBytes = 192 * 1024

/** The newest events whose details are within the bound, and the webhook's; and how many others there are. */
export const boundedEvents = (events: ReadonlyArray<LeadEvent>) => {
  let left = eventBytes
  let first = events.length
  while (first > 1 && left > 0) left -= 100 + Buffer.byteLength(stringify(events[--first]?.details ?? null))
  return first <= 1
    ? { events, leftOut: 0 }
    : { events: [...events.slice(0, 1), ...events.slice(first)], leftOut: first - 1 }
}
