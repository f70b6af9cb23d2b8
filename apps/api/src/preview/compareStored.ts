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
 * Leads pass through this process as texts, a page at a time, and to the other one at most 4 MB at once.
 */
export const compareStored = Effect.fnUntraced(function* <E>(
  ask: Ask,
  most: number,
  read: ReadPage<E>,
): Effect.fn.Return<PreviewComparison, E | InvalidRequest | Unprocessable> {
  const ends = performance.now() + Duration.toMillis(patience)
  const conclude = (isComplete: boolean) =>
    Effect.map(ask({ _tag: "Conclude", isComplete }), ({ comparison }) => comparison)
  let before: number | undefined
  let left = most
  while (left > 0) {
    const page = yield* read({ before, limit: Math.min(left, pageSize) })
    if (page.length === 0) return yield* conclude(true)
    for (const leads of partsOf(page)) {
      if (performance.now() >= ends) return yield* conclude(false)
      yield* ask({ _tag: "Compare", leads })
    }
    before = page.at(-1)?.id
    left -= page.length
  }
  return yield* conclude(true)
})

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
