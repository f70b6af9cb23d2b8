import { Cause } from "effect"
import * as Defect from "../Defect.ts"

/** Longer messages are cut: some drivers quote whole statements. */
const maxMessage = 1000

/** How many nested causes are described. */
const maxDepth = 4

/**
 * A cause on one line: tag and message of every failure, and what it was caused by.
 *
 * `StoreUnavailable: no answer, caused by Error ECONNREFUSED at connect (…/Client.ts:12:9)`. Only
 * failures with a tag carry a message of our own; the message of anything else is omitted, because it may hold personal
 * data.
 */
export const describeCause = (cause: Cause.Cause<unknown>): string =>
  cause.reasons
    .map((reason) => {
      if (Cause.isInterruptReason(reason)) return "interrupted"
      return Cause.isFailReason(reason)
        ? describeError(reason.error)
        : `defect ${withCauses(reason.defect, Defect.describe)}`
    })
    .join("; ")

/** An error on one line, with its message when it has a tag. */
export const describeError = (error: unknown): string => withCauses(error, describeOne)

/** The stacks of all errors in a cause; with messages where {@link describeCause} tells them. */
export const stackOf = (cause: Cause.Cause<unknown>): string | undefined => {
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
