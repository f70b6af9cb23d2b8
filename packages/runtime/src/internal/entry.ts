/** What a log line says: the fields of an entry, and failures described without personal data. */
import { Array, Cause, type Logger, Redacted, References } from "effect"
import * as Defect from "../Defect.ts"

/** The level of an entry, least important first. */
export type LogLevel = "debug" | "info" | "warn" | "error"

const order: ReadonlyArray<LogLevel> = ["debug", "info", "warn", "error"]

/** Whether entries of a level are logged when `minimum` is the least important one. */
export const isLogged = (level: LogLevel, minimum: LogLevel): boolean =>
  order.indexOf(level) >= order.indexOf(minimum)

/** The content of one line, before it is formatted. */
export interface Entry {
  readonly date: Date
  readonly level: LogLevel
  readonly message: string
  /** In order of appearance; values are plain data. */
  readonly fields: ReadonlyArray<readonly [name: string, value: unknown]>
  /** Present only at debug level, for entries with a stack. */
  readonly stack: string | undefined
}

const levels = {
  All: "debug",
  Trace: "debug",
  Debug: "debug",
  Info: "info",
  Warn: "warn",
  Error: "error",
  Fatal: "error",
  None: "error",
} as const

/** Reserved names, which have a fixed meaning on every line. */
const reserved: ReadonlySet<string> = new Set(["timestamp", "level", "message", "service", "error", "stack"])

/** Written first if present, so that people and tools find them. */
export const leading: ReadonlyArray<string> = ["correlation_id", "lead_id", "trace_id", "span_id"]

/** The name that a field has on a line. */
export const nameOf = (name: string): string => (reserved.has(name) ? `${name}_` : name)

/** The entry that a logger writes for one call of `Effect.log`. */
export const entryOf = (options: Logger.Options<unknown>, withStack: boolean): Entry => {
  const annotations = options.fiber.getRef(References.CurrentLogAnnotations)
  const fields: Array<readonly [string, unknown]> = []
  for (const name of leading) {
    if (Object.hasOwn(annotations, name)) fields.push([name, plain(annotations[name])])
  }
  for (const name of Object.keys(annotations)) {
    if (!leading.includes(name)) fields.push([nameOf(name), plain(annotations[name])])
  }
  const failed = options.cause.reasons.length > 0
  if (failed) fields.push(["error", describeCause(options.cause)])
  return {
    date: options.date,
    level: levels[options.logLevel],
    message: Array.ensure(options.message).map(text).join(" "),
    fields,
    stack: failed && withStack ? stackOf(options.cause) : undefined,
  }
}

/** A part of a message. Objects are not expanded: they may hold personal data. */
const text = (part: unknown): string => {
  if (typeof part === "string") return part
  if (part instanceof Error) return describeError(part)
  return typeof part === "object" && part !== null ? "(object)" : String(part)
}

/** An annotation as plain data, three levels deep. Class instances are shown by their class name only. */
const plain = (value: unknown, depth = 3): unknown => {
  switch (typeof value) {
    case "string":
    case "boolean":
      return value
    case "number":
      return Number.isFinite(value) ? value : String(value)
    case "object":
      break
    default:
      return String(value)
  }
  if (value === null) return null
  if (Redacted.isRedacted(value)) return "(secret)"
  if (value instanceof Error) return describeError(value)
  if (depth === 0) return "(object)"
  if (globalThis.Array.isArray(value)) return value.map((item) => plain(item, depth - 1))
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "(invalid date)" : value.toISOString()
  const prototype: unknown = Object.getPrototypeOf(value)
  if (prototype !== Object.prototype && prototype !== null) return "(object)"
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, plain(item, depth - 1)]))
}

/** Longer messages are cut: some drivers quote whole statements. */
const maxMessage = 1000

/** How many nested causes are described. */
const maxDepth = 4

/**
 * A cause on one line: tag and message of every failure, and the errors that caused it.
 *
 * `StoreUnavailable: no answer, caused by Error ECONNREFUSED at connect (…/Client.ts:12:9)`. Only
 * failures with a tag carry a message of our own; the message of anything else is omitted, because it may hold personal
 * data.
 */
const describeCause = (cause: Cause.Cause<unknown>): string =>
  cause.reasons
    .map((reason) => {
      if (Cause.isInterruptReason(reason)) return "interrupted"
      return Cause.isFailReason(reason)
        ? describeError(reason.error)
        : `defect ${withCauses(reason.defect, Defect.describe)}`
    })
    .join("; ")

/** An error on one line, with its message when it has a tag. */
const describeError = (error: unknown): string => withCauses(error, describeOne)

/** The stacks of all errors in a cause; with the messages that {@link describeCause} includes. */
const stackOf = (cause: Cause.Cause<unknown>): string | undefined => {
  const stacks = cause.reasons.flatMap((reason) => {
    if (Cause.isInterruptReason(reason)) return []
    const error = Cause.isFailReason(reason) ? reason.error : reason.defect
    if (!(error instanceof Error) || error.stack === undefined) return []
    return [Cause.isFailReason(reason) && isTagged(error) ? error.stack : Defect.trace(error)]
  })
  return stacks.length > 0 ? stacks.join("\n") : undefined
}

const withCauses = (error: unknown, describe: (error: unknown) => string, depth = maxDepth): string => {
  const own = describe(error)
  const cause: unknown =
    typeof error === "object" && error !== null && "cause" in error ? error.cause : undefined
  if (typeof cause !== "object" || cause === null || depth === 0) return own
  const inner = withCauses(cause, describe, depth - 1)
  return inner === "(object)" ? own : `${own}, caused by ${inner}`
}

const describeOne = (error: unknown): string => {
  if (!isTagged(error)) return Defect.describe(error)
  const { _tag, message } = error
  return typeof message !== "string" || message === "" || message === _tag ? _tag : `${_tag}: ${cut(message)}`
}

const isTagged = (error: unknown): error is { readonly _tag: string; readonly message?: unknown } =>
  typeof error === "object" && error !== null && "_tag" in error && typeof error._tag === "string"

const cut = (message: string): string =>
  message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message
