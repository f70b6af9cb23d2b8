/** Which webhooks are refused because there are too many of them, before their bodies are read. */
import type { LeadIntake } from "@lead-gateway/lead-store"
import { type EventLoop, watchEventLoop } from "./EventLoop.ts"

/**
 * What was too busy: this process's event loop; or Postgres, which more leads wait for than it takes in a short time.
 * `waited`: the lead was admitted, and Postgres did not take it in time.
 */
export type Overload = "event_loop" | "store" | "waited"

/** How many webhooks came to which end since the process started. */
export interface IntakeCounts {
  /** Answered 200. */
  readonly accepted: number
  /** Answered 503 and not stored, by what was too busy. */
  readonly shed: Readonly<Record<Overload, number>>
  /** Answered 503 and stored nevertheless: Postgres confirmed the commit too late. */
  readonly unconfirmed: number
}

/** Admits webhooks, and counts. */
export interface Admission {
  /** What is too busy for one more webhook; undefined when it may be read. Counts what it refuses. */
  readonly refusal: () => Overload | undefined
  /** Answers a webhook that was refused: at once, or at the end of a turn that is too long already. */
  readonly answer: EventLoop["inTurn"]
  readonly countAccepted: () => void
  /** Counts a lead that the store refused after its body was read. */
  readonly countWaited: () => void
  readonly counts: () => IntakeCounts
}

/** The decision. The event loop comes first: it is what every request needs. */
export const overloadOf = (loopIsLate: boolean, storeIsBusy: boolean): Overload | undefined =>
  loopIsLate ? "event_loop" : storeIsBusy ? "store" : undefined

/** Admits by the state of the event loop and of the store. */
export const makeAdmission = (
  store: Pick<LeadIntake["Service"], "isBusy" | "unconfirmed">,
  loop: EventLoop = watchEventLoop(),
): Admission => {
  let accepted = 0
  const shed = { event_loop: 0, store: 0, waited: 0 }
  return {
    refusal: () => {
      const overload = overloadOf(loop.isLate(), store.isBusy())
      if (overload !== undefined) shed[overload]++
      return overload
    },
    answer: loop.inTurn,
    countAccepted: () => void accepted++,
    countWaited: () => void shed.waited++,
    counts: () => ({ accepted, shed: { ...shed }, unconfirmed: store.unconfirmed() }),
  }
}
