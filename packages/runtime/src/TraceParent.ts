/**
 * The header `traceparent` of W3C Trace Context, level 1: which trace a request belongs to and which span sent it.
 *
 * It is passed on whether or not this process records spans (see `Tracing`), so that the customer's traces continue those
 * of the sender.
 *
 * Source: https://www.w3.org/TR/trace-context-1/#traceparent-header
 */
import { Option } from "effect"

/** The parsed header. Ids are lower-case hex and never all zero. */
export interface TraceParent {
  /** 16 bytes, 32 digits: the same for all requests of one trace. */
  readonly traceId: string
  /** 8 bytes, 16 digits: the caller. */
  readonly spanId: string
  /** Whether the caller may have recorded the trace. */
  readonly sampled: boolean
}

const pattern = /^(?!ff)([0-9a-f]{2})-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})(-.*)?$/

/**
 * Parses a header; none when it is invalid, and then a new trace begins.
 *
 * Headers of later versions are read as version 00: what follows the four fields is ignored.
 */
export const parse = (header: string): Option.Option<TraceParent> => {
  const [, version, traceId, spanId, flags, more] = pattern.exec(header) ?? []
  if (traceId === undefined || spanId === undefined || flags === undefined) return Option.none()
  if (version === "00" && more !== undefined) return Option.none()
  return Option.some({ traceId, spanId, sampled: (Number.parseInt(flags, 16) & 1) === 1 })
}

/** The header: `00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01`. */
export const format = (self: TraceParent): string =>
  `00-${self.traceId}-${self.spanId}-${self.sampled ? "01" : "00"}`

/** The context of a header that may be absent or invalid; undefined then. For hot paths. */
export const ofText = (header: string | undefined): TraceParent | undefined =>
  header === undefined ? undefined : Option.getOrUndefined(parse(header))
