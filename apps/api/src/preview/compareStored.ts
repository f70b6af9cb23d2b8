/** Reads stored leads for a draft to be tried on. */
import type { InvalidRequest, PreviewComparison, Unprocessable } from "@lead-gateway/api-contract"
import type { StoredLead } from "@lead-gateway/lead-store/stored-lead"
import { Duration, Effect } from "effect"
import type { Ask } from "./PreviewProcess.ts"

/** Reads a page of leads, the newest first. */
type ReadPage<E> = (query: {
  readonly before: number | undefined
  readonly limit: number
}) => Effect.Effect<ReadonlyArray<StoredLead>, E>

/**
 * Compares what a flow would decide on the newest leads with what was decided on them, each at the time of its decision. Ends
 * after 4 s. The drafts are compiled already.
 *
 * Leads pass through this process as texts, two pages at a time, and to the other one at most 4 MB at once.
 */
export const compareStored = Effect.fnUntraced(function* <E>(
  ask: Ask,
  most: number,
  read: ReadPage<E>,
): Effect.fn.Return<PreviewComparison, E | InvalidRequest | Unprocessable> {
  const ends = performance.now() + Duration.toMillis(patience)
  const conclude = (isComplete: boolean) =>
    Effect.map(ask({ _tag: "Conclude", isComplete }), ({ comparison }) => comparison)
  const compare = Effect.fnUntraced(function* (page: ReadonlyArray<StoredLead>) {
    for (const leads of partsOf(page)) {
      if (performance.now() >= ends) return false
      yield* ask({ _tag: "Compare", leads })
    }
    return true
  })
  let left = most
  let page = yield* read({ before: undefined, limit: Math.min(left, pageSize) })
  while (page.length > 0) {
    left -= page.length
    const limit = Math.min(left, pageSize)
    // The next page is read while this one is compared.
    const [isCompared, next] = yield* Effect.all(
      [compare(page), limit === 0 ? nothing : read({ before: page.at(-1)?.id, limit })],
      { concurrency: 2 },
    )
    if (!isCompared) return yield* conclude(false)
    page = next
  }
  return yield* conclude(true)
})

const nothing = Effect.succeed<ReadonlyArray<StoredLead>>([])
const patience = Duration.seconds(4)
/** Leads in a page. */
const pageSize = 250
/** Characters of leads that are sent at once, and the first lead however long. */
const mostCharacters = 4 * 1024 ** 2

/** A page in parts that are not too long. */
const partsOf = function* (page: ReadonlyArray<StoredLead>) {
  let part: Array<StoredLead> = []
  let characters = 0
  for (const lead of page) {
    const length = lead.payload.length + (lead.decision?.customerPayload?.length ?? 0)
    if (part.length > 0 && characters + length > mostCharacters) {
      yield part
      part = []
      characters = 0
    }
    part.push(lead)
    characters += length
  }
  if (part.length > 0) yield part
}
