/** What went wrong, what to do, and the id by which the log is found. */
import { ApiError } from "@lead-gateway/client"
import { isPassing } from "../passing.ts"

interface ErrorNoticeProps {
  readonly error: unknown
  readonly onRetry?: (() => void) | undefined
  /** Whether it is tried again without anybody's doing, where that helps. */
  readonly isRetried?: boolean
}

export const ErrorNotice = ({ error, isRetried = false, onRetry }: ErrorNoticeProps) => {
  const { advice, id, text } = wordsOf(error)
  return (
    <div class="notice bad" role="alert">
      <p>
        <strong>{text}</strong> {advice}
        {isRetried && isPassing(error) && " This page tries again by itself."}
      </p>
      {id !== undefined && (
        <p class="fine">
          Correlation id <code>{id}</code>: search the logs for it.
        </p>
      )}
      {onRetry !== undefined && (
        <button type="button" onClick={onRetry}>
          Try again
        </button>
      )}
    </div>
  )
}

const advices: Readonly<Record<number, string>> = {
  401: "Sign in again.",
  403: "Your token has a smaller role. Ask an admin for another one.",
  404: "It may have been removed by retention, or the address is wrong.",
  429: "Wait a moment and try again.",
  503: "The gateway is busy, or its database is away. The health page says more.",
}

/** An error in words: what happened, and what helps. */
const wordsOf = (
  error: unknown,
): { readonly text: string; readonly advice: string; readonly id: string | undefined } => {
  if (error instanceof ApiError) {
    return {
      text: `The gateway answered ${error.status}: ${error.error}.`,
      advice: advices[error.status] ?? "",
      id: error.correlationId,
    }
  }
  return {
    text: "The gateway could not be reached.",
    advice: `Check that it runs, and the network in between. (${error instanceof Error ? error.message : "unknown error"})`,
    id: undefined,
  }
}
