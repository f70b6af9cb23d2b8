/** How long a turn of the event loop takes. */
export interface LoopLag {
  /** Measures the turn that follows this callback of `setImmediate`. Costs one more callback. */
  readonly measure: () => void
  /** The duration of the last turn that was measured, in ms: 0 before the first one. */
  readonly ms: () => number
}

/** What the measurement needs of Node; times in ms. */
export interface TurnClock {
  readonly now: () => number
  /** Calls back when the next turn has handled its events. */
  readonly afterTurn: (callback: () => void) => void
}

const nodeClock: TurnClock = {
  now: () => performance.now(),
  afterTurn: (callback) => void setImmediate(callback),
}

/** Measures when asked to. The loop does not wait for events while a measurement is under way, so this is work alone. */
export const makeLoopLag = (clock: TurnClock = nodeClock): LoopLag => {
  let lag = 0
  let isMeasuring = false
  return {
    ms: () => lag,
    measure: () => {
      if (isMeasuring) return
      isMeasuring = true
      const began = clock.now()
      clock.afterTurn(() => {
        isMeasuring = false
        lag = clock.now() - began
      })
    },
  }
}
