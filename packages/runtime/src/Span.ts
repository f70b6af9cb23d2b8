/** Spans as they are recorded: a constant kind, and for each span its context, its times and the values of its attributes. */
import type { TraceParent } from "./TraceParent.ts"

/** The value of an attribute; one that is undefined or null is left out. */
export type AttributeValue = string | number | boolean | null | undefined

/** What all spans of one kind have in common, written as OTLP/JSON once. Made by {@link defineSpan}. */
export interface SpanKind {
  /** `"name":…,"kind":…` */
  readonly head: string
  /** `{"key":…,"value":` of each attribute. */
  readonly attributes: ReadonlyArray<string>
}

/** A span that has ended. */
export interface EndedSpan {
  readonly kind: SpanKind
  /** Its trace and its own id. Only sampled spans are recorded. */
  readonly context: TraceParent
  /** The span that it belongs to; undefined for the first one of a trace. */
  readonly parentSpanId: string | undefined
  /** A span of the same trace that came before it, such as the attempt before. */
  readonly linkedSpanId?: string | undefined
  /** Milliseconds of the monotonic clock, `performance.now()`. */
  readonly startMs: number
  readonly endMs: number
  /** `error.type`, which makes the span a failed one: a status or a kind of failure, never a message. */
  readonly error: string | undefined
  /** In the order of the kind's attributes. */
  readonly values: ReadonlyArray<AttributeValue>
}

const roles = { INTERNAL: 1, SERVER: 2, CLIENT: 3, PRODUCER: 4, CONSUMER: 5 } as const

/** Defines a kind of spans. The name and the attributes are constants of the program: none holds data of a request. */
export const defineSpan = (
  name: string,
  role: keyof typeof roles,
  attributes: ReadonlyArray<string>,
): SpanKind => ({
  head: `"name":${JSON.stringify(name)},"kind":${roles[role]}`,
  attributes: attributes.map((key) => `{"key":${JSON.stringify(key)},"value":`),
})

/**
 * One span as OTLP/JSON. `epochMs` is the time, in milliseconds since 1970, at which the monotonic clock was 0.
 *
 * Written by hand, like log lines: `JSON.stringify` of an object for each span takes a multiple of the time.
 */
export const printSpan = (span: EndedSpan, epochMs: number): string => {
  const { context, error, kind, linkedSpanId, parentSpanId, values } = span
  let text = `{"traceId":"${context.traceId}","spanId":"${context.spanId}"`
  if (parentSpanId !== undefined) text += `,"parentSpanId":"${parentSpanId}"`
  text += `,${kind.head},"startTimeUnixNano":"${nanoseconds(epochMs + span.startMs)}"`
  text += `,"endTimeUnixNano":"${nanoseconds(epochMs + span.endMs)}","attributes":[`
  let comma = ""
  for (const [index, begin] of kind.attributes.entries()) {
    const value = values[index]
    if (value === undefined || value === null) continue
    text += `${comma}${begin}${printValue(value)}}`
    comma = ","
  }
  if (error !== undefined) text += `${comma}{"key":"error.type","value":${printValue(error)}}`
  text += "]"
  if (linkedSpanId !== undefined) {
    text += `,"links":[{"traceId":"${context.traceId}","spanId":"${linkedSpanId}"}]`
  }
  return `${text},"status":${error === undefined ? "{}" : '{"code":2}'}}`
}

/** Milliseconds since 1970 as nanoseconds; a double has room for microseconds. */
const nanoseconds = (ms: number): string => {
  const whole = Math.floor(ms)
  return `${whole}${String(Math.floor((ms - whole) * 1000)).padStart(3, "0")}000`
}

/** `AnyValue` of OTLP: 64-bit integers are strings in JSON. */
const printValue = (value: string | number | boolean): string => {
  if (typeof value === "string") return `{"stringValue":${JSON.stringify(value)}}`
  if (typeof value === "boolean") return `{"boolValue":${value}}`
  if (Number.isSafeInteger(value)) return `{"intValue":"${value}"}`
  return `{"doubleValue":${Number.isFinite(value) ? value : `"${value}"`}}`
}
