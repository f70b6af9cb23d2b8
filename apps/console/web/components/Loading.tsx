/** What is shown of a question to the api: nothing yet, an error, or its answer. */
import type { ComponentChildren } from "preact"
import type { Asked } from "../api.ts"
import { ErrorNotice } from "./ErrorNotice.tsx"

interface LoadingProps<A> {
  readonly asked: Asked<A>
  readonly children: (answer: A) => ComponentChildren
}

/** An error stands above the last answer, which stays. */
export const Loading = <A,>({ asked, children }: LoadingProps<A>) => {
  const { answer, error, refresh } = asked
  return (
    <>
      {error.value !== undefined && <ErrorNotice error={error.value} onRetry={refresh} isRetried />}
      {answer.value === undefined
        ? error.value === undefined && <div class="skeleton" aria-hidden="true" />
        : children(answer.value)}
    </>
  )
}
