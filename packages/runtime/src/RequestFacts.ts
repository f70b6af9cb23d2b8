import type { LogLevel } from "./internal/entry.ts"
import type { TraceParent } from "./TraceParent.ts"

/**
 * What is known of one request. Whoever handles the request adds to it; the listener's observer reads it at the end.
 *
 * One object for each request and no more: a request that nobody traces costs the reading of two clocks.
 */
export class RequestFacts {
  /** When it began. All times are milliseconds of the monotonic clock; 0: not yet. */
  beganAt = 0
  /** When its body was complete. */
  readAt = 0
  /** When the store had answered. */
  storedAt = 0
  /** The path as in the contract; empty for a path that no route has. */
  route = ""
  /** The bytes of its body, decompressed. */
  bodyBytes = 0
  /** The lead that it became; 0: none. */
  leadId = 0
  /** The lead had come before, with the same key. */
  isDuplicate = false
  /** Why it was refused: a short text without data of the request. */
  reason = ""
  /** What went wrong, for the log alone, and how important that is. */
  cause: string | undefined = undefined
  level: LogLevel = "info"
  /** No line and no span: one of thousands a second. */
  isSilent = false
  /** It goes on although its sender is gone: a lead is being stored. Who sets it ends it by `conclude`. */
  isAwaited = false
  /** Its trace: its own span where traces are on, else the sender's, if it sent a `traceparent`. */
  trace: TraceParent | undefined = undefined
  /** The span that stores its lead, where traces are on. */
  storeSpanId: string | undefined = undefined
  /** The sender's span, where traces are on. */
  parentSpanId: string | undefined = undefined
}
