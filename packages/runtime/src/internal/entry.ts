import { Array, type Logger, Redacted, References } from "effect"
import { describeCause, describeError, stackOf } from "./describe.ts"
import type { LogLevel } from "./levels.ts"

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
export const leading: ReadonlyArray<string> = ["correlation_id", "lead_id"]

/** The name that a field has on a line. */
export const nameOf = (name: string): string => (reserved.has(name) ? `${name}_` : name)

/** Reads what a logger is given. */
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
