/**
 * Limits what one worker does at once: `makeSlots` admits work to the customer, `watchPace` decides how much work is
 * prepared before slots are free. Plain functions: they run for every lead.
 */
import { Effect, type Scope } from "effect"

/**
 * What work occupies in each stage. An attempt that is opening or opened has a place in the line for a slot; a sent one
 * has a slot, also while a refusal of the customer's address is being stored.
 *
 * ```
 * ready ──▶ opening ──▶ opened ──▶ sent ──▶ recording
 *   └──────────┴───────────┴────────┴─ ▶ releasing
 * ```
 */
const occupies = {
  ready: undefined,
  opening: "place",
  opened: "place",
  sent: "slot",
  refused: "slot",
  recording: undefined,
  releasing: undefined,
} as const

/** The stage of a piece of work. Only in `sent` may the customer have an attempt whose outcome is not known here. */
export type Stage = keyof typeof occupies

/** The limits of slots, and what they call. */
export interface SlotsOptions<Job> {
  /** The number of slots: concurrent exchanges with customers. */
  readonly concurrency: number
  /** Attempts that may be opened before a slot is free for them. */
  readonly ahead: () => number
  /** Called for work whose attempt may be opened: it moves to `opening`, or to a stage that occupies nothing. */
  readonly open: (job: Job) => void
  /** Called for opened work that has a slot: it moves to `sent`, or to a stage that occupies nothing. */
  readonly send: (job: Job) => void
}

/** The line of work that waits for a worker's slots. */
export interface Slots<Job> {
  /** Appends work to the line. */
  readonly add: (job: Job) => void
  /** Sets the stage of work. If that makes room, the next work in the line is sent or opened. */
  readonly move: (job: Job, stage: Stage) => void
  /** Opens and sends as much as there is room for. */
  readonly pump: () => void
  /** Whether every slot is taken. */
  readonly areTaken: () => boolean
  /** Empties the line, and returns its work: what is neither opening nor sent. */
  readonly clear: () => ReadonlyArray<Job>
}

/** Makes free slots and an empty line. */
export const makeSlots = <Job extends { stage: Stage }>(options: SlotsOptions<Job>): Slots<Job> => {
  const { ahead, concurrency, open, send } = options
  const ready: Array<Job> = []
  const opened: Array<Job> = []
  const taken = { place: 0, slot: 0 }
  let pausing: ReturnType<typeof setTimeout> | undefined
  let isPumping = false

  const room = () => concurrency + ahead() - taken.slot - taken.place

  const openReady = () => {
    clearTimeout(pausing)
    pausing = undefined
    while (room() > 0) {
      const job = ready.shift()
      if (job === undefined) return
      open(job)
    }
  }

  const pump = () => {
    // `send` and `open` may end work synchronously, which would call `pump` again.
    if (isPumping) return
    isPumping = true
    try {
      while (taken.slot < concurrency) {
        const job = opened.shift()
        if (job === undefined) break
        send(job)
      }
      // Attempts are opened in batches, one statement each; after a short pause, also in smaller ones.
      const free = room()
      if (free >= Math.min(ready.length, concurrency)) openReady()
      else if (free > 0) pausing ??= setTimeout(openReady, pauseMs)
    } finally {
      isPumping = false
    }
  }

  return {
    add: (job) => void ready.push(job),
    move: (job, stage) => {
      const before = occupies[job.stage]
      const after = occupies[stage]
      job.stage = stage
      if (before !== undefined) taken[before]--
      if (after !== undefined) taken[after]++
      if (stage === "opened") opened.push(job)
      if (stage === "opened" || (before !== undefined && after === undefined)) pump()
    },
    pump,
    areTaken: () => taken.slot >= concurrency,
    clear: () => {
      clearTimeout(pausing)
      return [...ready.splice(0), ...opened.splice(0)]
    },
  }
}

/** How long a slot may stay free to make a batch larger. */
const pauseMs = 5

/**
 * How much work is prepared before a slot is free for it, from the rate at which customers answer.
 *
 * While one batch is sent, the next is opened, another is claimed and the previous one is recorded: none waits for
 * another. When customers answer slowly or not at all, nothing is prepared ahead, because no other worker could claim it.
 */
export interface Pace {
  /** Attempts that may be opened before there is a slot: as many as are answered within 10 ms, 100 at most. */
  readonly opening: () => number
  /** Work that may be claimed before there is a slot: as much as is answered within 200 ms, 250 at most. */
  readonly claiming: () => number
}

/** Measures the rate while the scope is open. `answers` returns the number of answers since the start. */
export const watchPace = (answers: () => number): Effect.Effect<Pace, never, Scope.Scope> =>
  Effect.acquireRelease(
    Effect.sync(() => {
      let before = 0
      let recently = 0
      const timer = setInterval(() => {
        const now = answers()
        recently = now - before
        before = now
      }, claimingMs).unref()
      const pace: Pace = {
        opening: () => Math.min(mostOpening, Math.floor((recently * openingMs) / claimingMs)),
        claiming: () => Math.min(mostClaiming, recently),
      }
      return { pace, timer }
    }),
    ({ timer }) => Effect.sync(() => clearInterval(timer)),
  ).pipe(Effect.map(({ pace }) => pace))

const openingMs = 10
const claimingMs = 200
const mostOpening = 100
const mostClaiming = 250
