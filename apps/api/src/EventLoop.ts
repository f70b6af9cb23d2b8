/**
 * Whether the event loop is behind with its work: CoDel (RFC 8289) for requests, as Facebook's servers use it (Maurer,
 * "Fail at Scale", 2015).
 *
 * A queue that is empty from time to time absorbs bursts; one that is never empty only adds delay. The queue here is
 * that of sockets which became readable while the loop was busy. It is empty when the loop waits for events. If the loop
 * has not waited for {@link intervalMs}, it is overloaded: then only so much of each turn is spent on new requests that a
 * turn takes {@link turnMs}, which bounds how long a request is unanswered in its socket.
 */
export interface EventLoop {
  /** Whether a request that arrives now is one too many. Call it once for each request, when its head has been read. */
  readonly isLate: () => boolean
  /**
   * Calls back at once, or at the end of this turn if it is too long already.
   *
   * libuv handles up to 48 times 1,024 events before it ends a turn. A connection that is answered at once may send its
   * next request into the same turn: with more than 1,024 of them a turn lasts seconds, and timers, statements and health
   * checks wait for its end. A connection that has no answer yet sends nothing.
   */
  readonly inTurn: <A>(answer: (to: A) => void, to: A) => void
}

/**
 * How long the loop may be busy without a break: RFC 8289's interval. A burst of some thousand webhooks after a pause is
 * honest: it may take this long, and its senders wait no longer than they would for another try.
 */
export const intervalMs = 500
/** How long a turn should take in overload. */
export const turnMs = 25
/** The least share of a turn that is spent on new requests, whatever else the loop is busy with. */
export const leastShare = 0.25
/** Waiting for less is no sign of spare time. */
const waitMs = 1

/**
 * How much of the next turn may be spent on new requests in overload, after a turn that took `tookMs`. It follows the
 * turn's time, since a turn also answers and refuses: at most halved or doubled at once.
 */
export const nextBudget = (budgetMs: number, tookMs: number): number =>
  Math.max(Math.min(turnMs, budgetMs * Math.min(2, Math.max(0.5, turnMs / tookMs))), tookMs * leastShare)

/** What the watch needs of Node; times in ms. */
export interface LoopClock {
  readonly now: () => number
  /** How long the loop has waited for events since its start. */
  readonly waited: () => number
  /** Calls back when the current turn has handled its events. */
  readonly atTurnEnd: (callback: () => void) => void
}

const nodeClock: LoopClock = {
  now: () => performance.now(),
  waited: () => performance.eventLoopUtilization().idle,
  atTurnEnd: (callback) => void setImmediate(callback),
}

/** Watches the loop of this thread. Costs a look at the clock for each request, and one callback for each turn. */
export const watchEventLoop = (clock: LoopClock = nodeClock): EventLoop => {
  let budgetMs = turnMs
  let waited = clock.waited()
  /** When the loop has last waited for events. */
  let waitedAt = clock.now()
  /** When the first request of this turn was read; undefined until then. */
  let startedAt: number | undefined
  let held: Array<() => void> = []

  const startTurn = (now: number) => {
    startedAt = now
    const waitedNow = clock.waited()
    if (waitedNow - waited >= waitMs) waitedAt = now
    waited = waitedNow
    clock.atTurnEnd(() => {
      if (held.length === 0) endTurn()
    })
  }
  const endTurn = () => {
    const now = clock.now()
    budgetMs = nextBudget(budgetMs, Math.max(0.01, now - (startedAt ?? now)))
    startedAt = undefined
  }
  const answerHeld = () => {
    const answers = held
    held = []
    for (const answer of answers) answer()
    endTurn()
  }

  return {
    isLate: () => {
      const now = clock.now()
      if (startedAt !== undefined) return now - startedAt > budgetMs && now - waitedAt > intervalMs
      startTurn(now)
      return false
    },
    inTurn: (answer, to) => {
      if (startedAt === undefined || clock.now() - startedAt <= turnMs) return answer(to)
      // By a callback of its own, after those that were planned in this turn: Postgres gets its statement first.
      if (held.length === 0) clock.atTurnEnd(answerHeld)
      held.push(() => answer(to))
    },
  }
}
