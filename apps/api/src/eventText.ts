/** Server-sent events as text (WHATWG HTML, 9.2), and the ids by which a listener resumes. */
import { statusOf } from "@lead-gateway/lead"
import type { LeadChange } from "@lead-gateway/lead-store"

/**
 * Where a listener is: it has seen all changes up to `floor`, and of the change `seq` the leads up to `index`.
 *
 * As an id: `1042.3`, change and lead; `1042.3.1039` where smaller numbers had not appeared yet, which is rare.
 */
export interface EventPosition {
  readonly floor: number
  readonly seq: number
  readonly index: number
}

/** Undefined without an id, null if it is none of ours. */
export const parsePosition = (id: string | undefined): EventPosition | undefined | null => {
  if (id === undefined || id === "") return undefined
  const [, seq, index, floor] = /^(\d{1,15})\.(\d{1,6})(?:\.(\d{1,15}))?$/.exec(id) ?? []
  if (seq === undefined) return null
  return {
    seq: Number(seq),
    index: Number(index),
    floor: floor === undefined ? Math.max(0, Number(seq) - 1) : Number(floor),
  }
}

/** How rows become text. */
export interface EncodeOptions {
  /** The number up to which all were read before a row; unless set, all before it. */
  readonly floor?: () => number
  /** Called after each row. */
  readonly onRow?: (seq: number) => void
  /** Only events after this position. */
  readonly after?: EventPosition
  /** Events at most: the newest ones, after an event that says how many were skipped. */
  readonly most?: number
}

/** Encodes changes, each lead as an event. Once for all listeners. */
export const encodeChanges = (
  rows: ReadonlyArray<LeadChange>,
  options: EncodeOptions,
): { readonly text: string } => {
  const { after, most = Infinity, onRow } = options
  let skip = Math.max(0, rows.reduce((sum, { leadIds }) => sum + leadIds.length, 0) - most)
  let text = skip > 0 ? `event: skipped\ndata: {"count":${skip}}\n\n` : ""
  for (const { at, leadIds, seq, state } of rows) {
    const floor = options.floor?.() ?? seq - 1
    const place = floor === seq - 1 ? "" : `.${floor}`
    const rest = `,"status":"${statusOf(state)}","at":"${at.toISOString().replace(".000Z", "Z")}"}\n\n`
    for (const [index, id] of leadIds.entries()) {
      if (after !== undefined && seq === after.seq && index <= after.index) continue
      if (skip > 0) skip--
      else text += `id: ${seq}.${index}${place}\nevent: lead\ndata: {"id":${id}${rest}`
    }
    onRow?.(seq)
  }
  return { text }
}

/** Reconnect after two seconds; and something to show that the stream has begun. */
export const opening = "retry: 2000\n: listening\n\n"
/** Keeps connections open that proxies would close. */
export const comment = ":\n\n"
/** What happened before is not known: read the list again. */
export const resetEvent = "event: reset\ndata: {}\n\n"
