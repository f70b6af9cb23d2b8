/** What a batcher may hold at once, in batches and before one. */
export interface LimitOptions {
  /** Items at once, however fast they are processed. */
  readonly maxItems: number
  /** Their total size at once, in the unit of `sizeOf`. A larger item is admitted only when nothing else is held. */
  readonly maxSize: number
  /** How long an item should take, from its submission to its result, beside two turns of the event loop. */
  readonly targetMs: number
}

/**
 * Bounds what is held to what can be processed in the target time, which it learns from the times of batches.
 *
 * The limit is a share of both maxima. It is multiplied by target / time: at most halved when batches take longer than
 * the target; raised by a quarter at most when they are faster and the limit was met. Each change waits until an item
 * that was submitted after the one before is done, since earlier ones show the effect of an older limit. By Little's
 * law the limit settles at throughput times target, without measuring throughput: the gradient of Netflix's
 * concurrency-limits. Without load it returns to the initial share.
 *
 * Two turns of this process's event loop are not the processor's time: one from the submission to the statement, one in
 * which the answer is in its socket, unread. They are added to the target. Otherwise a loop that is busy with refusals
 * would make a fast database look slow, and the limit would fall to its least.
 */
export interface AdaptiveLimit {
  /** Whether an item of this size may be held too. If so, it counts until it is released. */
  readonly admit: (size: number) => boolean
  readonly release: (size: number) => void
  /** A batch succeeded whose oldest item was submitted at `since`, while a turn of the event loop took `lagMs`; times in ms. */
  readonly observe: (since: number, now: number, lagMs: number) => void
  /** Whether the limit was met since it last changed, or the last batch was late: only then `lagMs` is looked at. */
  readonly isStrained: () => boolean
  /** Whether no item of this size would be admitted now; the limit was met then. */
  readonly isFull: (size: number) => boolean
}

/** A fresh limit. */
export const makeAdaptiveLimit = ({ maxItems, maxSize, targetMs }: LimitOptions): AdaptiveLimit => {
  let share = initialShare
  let changedAt = -Infinity
  let wasMet = false
  let wasLate = false
  let items = 0
  let total = 0

  const isFull = (size: number) => {
    const full = items > 0 && (items >= maxItems * share || total + size > maxSize * share)
    if (full) wasMet = true
    return full
  }
  const isStrained = () => wasMet || wasLate
  return {
    isFull,
    admit: (size) => {
      if (isFull(size)) return false
      items++
      total += size
      return true
    },
    release: (size) => {
      items--
      total -= size
    },
    isStrained,
    observe: (since, now, lagMs) => {
      const allowedMs = isStrained() ? targetMs + 2 * lagMs : targetMs
      const tookMs = Math.max(1, now - since)
      wasLate = tookMs > targetMs
      if (since < changedAt) return
      const next = nextShare({ share, wasMet, ratio: allowedMs / tookMs })
      if (next === share) return
      share = next
      changedAt = now
      wasMet = false
    },
  }
}

/** The limit's next share of the maxima; `ratio` is target / time. */
export const nextShare = (state: {
  readonly share: number
  readonly wasMet: boolean
  readonly ratio: number
}): number => {
  const { ratio, share, wasMet } = state
  if (ratio < 1) return Math.max(leastShare, share * Math.max(0.5, ratio))
  const most = wasMet ? 1 : Math.max(share, initialShare)
  return Math.min(most, share * Math.min(1.25, ratio))
}

/** Until batches have shown how fast they are. */
export const initialShare = 0.25
/** So that the limit still learns when it is at its least. */
export const leastShare = 0.01
