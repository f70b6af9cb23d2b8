/**
 * How much one worker does at once: `makeSlots` lets work through to the customer, `watchPace` says how far ahead of
 * free slots work is worth having ready. Plain functions: they run for every lead.
 */
import { Effect, type Scope } from "effect"

/**
 * What work occupies in each stage of its way through a worker. An attempt that is opening or opened has a place in the
 * line for a slot; one that is sent has a slot, also while a refusal of its customer's address is noted.
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

/** Where a piece of work is. Only while it is `sent` may the customer have its attempt without our knowing the outcome. */
export type Stage = keyof typeof occupies

/** What slots are made with. */
export interface SlotsOptions<Job> {
  /** Slots: exchanges with customers at once. */
  readonly concurrency: number
  /** Attempts that may be opened before a slot is free for them. */
  readonly ahead: () => number
  /** Called for work whose attempt may be opened: it moves to `opening`, or to a stage that occupies nothing. */
  readonly open: (job: Job) => void
  /** Called for opened work that has a slot: it moves to `sent`, or to a stage that occupies nothing. */
  readonly send: (job: Job) => void
}

/** The line of work before a worker's slots. */
export interface Slots<Job> {
  /** Puts work at the end of the line. */
  readonly add: (job: Job) => void
  /** Notes that work has reached another stage. If that makes room, whatever is next moves up. */
  readonly move: (job: Job, stage: Stage) => void
  /** Opens and sends as much as there is room for. */
  readonly pump: () => void
  /** Whether every slot is taken. */
  readonly areTaken: () => boolean
  /** Clears the line: returns what is not sent or opening. */
  readonly clear: () => ReadonlyArray<Job>
}

/** Free slots and an empty line. */
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
    // What is sent or opened may end at once, and would call again.
    if (isPumping) return
    isPumping = true
    try {
      while (taken.slot < concurrency) {
        const job = opened.shift()
        if (job === undefined) break
        send(job)
      }
      // Attempts are opened in good batches, since each is a statement; after a short pause, as many as there are.
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

/** How long a slot may be free for the sake of a larger batch. */
const pauseMs = 5

/**
 * How quickly customers answer now, and so how much work is worth having ready before a slot is free for it.
 *
 * While one batch is sent the next is opened, one more is claimed and the last is recorded: none of them waits for
 * another. When customers answer slowly or not at all, nothing is done ahead: work that one worker holds is work that
 * no other can claim.
 */
export interface Pace {
  /** Attempts that may be opened before there is a slot: as many as are answered within 10 ms, 100 at most. */
  readonly opening: () => number
  /** Work that may be claimed before there is a slot: as much as is answered within 200 ms, 250 at most. */
  readonly claiming: () => number
}

/** Watches for the current scope. `answers`: how many there were since the start. */
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
