/**
 * The stop of this process: what began it, when, and its last resort.
 *
 * `runCommand` begins a stop at a signal and at an exception that nobody caught, `runService` when its program fails, a
 * part by {@link ProcessStop} when it cannot go on. The first cause counts: it is logged, and decides the exit code. A
 * plain timer ends the process when the limit is over, whatever the program does: regions that cannot be interrupted, and
 * Effect's runtime itself, may be what hangs.
 */
import { Context } from "effect"
import * as Terminal from "./Terminal.ts"

/** Why the process stops, and with which code it ends. */
export interface StopCause {
  /** A short text without a lead's data: `SIGTERM`, `the database server ended: …`. */
  readonly cause: string
  /** 0 if the stop was asked for. */
  readonly code: number
}

/** The stop of the process, for its parts. */
export interface ProcessStopShape {
  /** When the stop began, in milliseconds of the monotonic clock; undefined while there is none. */
  readonly beganAtMs: () => number | undefined
  /** Stops the process because a part of it has failed for good. Does nothing once a stop has begun. */
  readonly fail: (cause: string) => void
}

/** A command without settings of its own may take as long as a service by default: 30 s and 5 s. */
const usualLimitMs = 35_000

let limitMs = usualLimitMs
let begun: (StopCause & { readonly atMs: number }) | undefined
let interrupt: (() => void) | undefined

/** Sets how long a stop may take; the process ends then. */
export const limitStop = (ms: number): void => {
  limitMs = ms
}

/** Sets what makes the program stop; without it, stops that begin here are noted and no more. */
export const onStop = (interruptProgram: () => void): void => {
  interrupt = interruptProgram
}

/** What began the stop; undefined while there is none. */
export const stopCause = (): StopCause | undefined => begun

/**
 * Begins the stop of a process that runs by `runCommand`, and its last resort. The first cause counts. The program is
 * interrupted, unless its own end is the cause.
 */
export const beginStop = (cause: StopCause, hasEnded = false): void => {
  if (begun !== undefined || interrupt === undefined) return
  begun = { ...cause, atMs: performance.now() }
  setTimeout(endNow, limitMs).unref()
  if (!hasEnded) interrupt()
}

const endNow = (): void => {
  Terminal.write(
    process.stderr,
    `the stop took longer than ${limitMs} ms and was cut (${begun?.cause ?? "no cause"})\n`,
  )
  // oxlint-disable-next-line unicorn/no-process-exit -- the last resort: nothing else ends a process that hangs
  process.exit(begun?.code ?? 1)
}

/** The stop of this process; `yield* ProcessStop` needs no other service. */
export const ProcessStop: Context.Reference<ProcessStopShape> = Context.Reference(
  "@lead-gateway/runtime/ProcessStop",
  {
    defaultValue: (): ProcessStopShape => ({
      beganAtMs: () => begun?.atMs,
      fail: (cause) => beginStop({ cause, code: 1 }),
    }),
  },
)
