/** The end of a list that goes on. */
import type { Paged } from "../paged.ts"
import { ErrorNotice } from "./ErrorNotice.tsx"

interface MoreProps {
  readonly paged: Pick<Paged<never>, "hasMore" | "more" | "showMore">
  readonly name: string
}

export const More = ({ name, paged: { hasMore, more, showMore } }: MoreProps) => (
  <>
    {more.error.value !== undefined && <ErrorNotice error={more.error.value} onRetry={showMore} />}
    {hasMore && (
      <button type="button" onClick={showMore} disabled={more.isBusy.value}>
        {name}
      </button>
    )}
  </>
)
