/** A clock that counts only the time in which this process was able to notice an answer. */
export interface ResponsiveClock {
  /** In ms. */
  readonly now: () => number
  /** Call it every `everyMs`, as far as the event loop is in time. */
  readonly tick: (realNow: number) => void
}

/**
 * Makes a clock that advances with each tick by the real time since the one before, but never by more than `everyMs`.
 *
 * A tick that is late means that the event loop was busy or the process suspended; answers may be in its sockets, unread.
 * A late timer is not a late database.
 */
export const makeResponsiveClock = (everyMs: number, start: number): ResponsiveClock => {
  let responsive = 0
  let last = start
  return {
    now: () => responsive,
    tick: (realNow) => {
      responsive += Math.min(everyMs, Math.max(0, realNow - last))
      last = realNow
    },
  }
}
