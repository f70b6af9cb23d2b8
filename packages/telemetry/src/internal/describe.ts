import { Cause } from "effect"

/** Longer messages are cut: some drivers quote whole statements. */
const maxMessage = 1000

/** How many causes of causes are told. */
const maxDepth = 4

/**
 * A cause on one line: tag and message of every failure, and of what caused it.
 *
 * `SqlError: could not connect, caused by ConnectionError: connect ECONNREFUSED`. Nothing else of the
 * failures is looked at, because it may be somebody's data.
 */
export const describeCause = (cause: Cause.Cause<unknown>): string =>
  cause.reasons
    .map((reason) => {
      if (Cause.isInterruptReason(reason)) return "interrupted"
      return Cause.isFailReason(reason)
        ? describeError(reason.error)
        : `defect ${describeError(reason.defect)}`
    })
    .join("; ")

/** An error on one line; of anything that is no error, only what sort of thing it is. */
export const describeError = (error: unknown, depth = maxDepth): string => {
  if (typeof error === "string") return cut(error)
  if (typeof error !== "object" || error === null) return `(${error === null ? "null" : typeof error})`
  const name = stringIn(error, "_tag") ?? stringIn(error, "name") ?? "(object)"
  const message = stringIn(error, "message") ?? ""
  const own = message === "" || message === name ? name : `${name}: ${cut(message)}`
  const cause: unknown = "cause" in error ? error.cause : undefined
  if (typeof cause !== "object" || cause === null || depth === 0) return own
  const inner = describeError(cause, depth - 1)
  return inner === "(object)" ? own : `${own}, caused by ${inner}`
}

/** The stacks of all errors in a cause. */
export const stackOf = (cause: Cause.Cause<unknown>): string | undefined => {
  const stacks = cause.reasons.flatMap((reason) => {
    if (Cause.isInterruptReason(reason)) return []
    const error = Cause.isFailReason(reason) ? reason.error : reason.defect
    return error instanceof Error && error.stack !== undefined ? [error.stack] : []
  })
  return stacks.length > 0 ? stacks.join("\n") : undefined
}

const stringIn = (error: object, key: string): string | undefined => {
  const value: unknown = Reflect.get(error, key)
  return typeof value === "string" ? value : undefined
}

const cut = (message: string): string =>
  message.length > maxMessage ? `${message.slice(0, maxMessage)}…` : message
