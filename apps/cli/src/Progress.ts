/**
 * The progress of long work, drawn on the last line of a terminal and erased at the end.
 *
 * It is drawn on standard error, and only if that is a terminal and standard output is no pipe: another command of the
 * pipeline may draw its own.
 */
import { Effect } from "effect"
import { fstatSync } from "node:fs"
import type { WriteStream } from "node:tty"

/** Reports progress: how many items are done, and of how many, where that is known. */
export type Progress = (done: number, total?: number) => void

type State = readonly [done?: number, total?: number | undefined]

/** A terminal to draw on. */
export interface Screen {
  readonly write: (text: string) => void
  readonly columns: number
}

/**
 * Runs `work` and draws its progress: `replaying leads  12 s`, or
 * `reading leads  [##########----------] 500 of 1,000  3 s`. Draws nothing in the first half second, and nothing without a screen.
 */
export const withProgress = <A, E, R>(
  name: string,
  screen: Screen | undefined,
  work: (progress: Progress) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> => {
  if (screen === undefined) return work(() => {})
  return Effect.suspend(() => {
    const startedAt = performance.now()
    let state: State = []
    let drawnAt = startedAt
    const draw = () => {
      drawnAt = performance.now()
      const line = progressLine(name, state, drawnAt - startedAt)
      screen.write(`${eraseLine}${line.slice(0, Math.max(0, screen.columns - 1))}`)
    }
    const timer = setInterval(draw, everyMs)
    const end = Effect.sync(() => {
      clearInterval(timer)
      screen.write(eraseLine)
    })
    const progress: Progress = (...reported) => {
      state = reported
      // The timer does not fire while the work is synchronous.
      if (performance.now() - drawnAt > everyMs) draw()
    }
    return Effect.ensuring(work(progress), end)
  })
}

const everyMs = 500

/** Moves to the start of the line and erases it. */
const eraseLine = "\r\u001b[2K"

/** The line to draw. */
export const progressLine = (name: string, [done, total]: State, afterMs: number): string => {
  const seconds = `${Math.floor(afterMs / 1000)} s`
  if (done === undefined) return `${name}  ${seconds}`
  const count = done.toLocaleString("en")
  if (total === undefined || total === 0) return `${name}  ${count}  ${seconds}`
  const filled = Math.min(width, Math.floor((done / total) * width))
  const bar = `[${"#".repeat(filled)}${"-".repeat(width - filled)}]`
  return `${name}  ${bar} ${count} of ${total.toLocaleString("en")}  ${seconds}`
}

const width = 20

/** The terminal of standard error; undefined if there is none, or if standard output is a pipe, whose reader may draw. */
export const terminal = (): Screen | undefined => {
  const { stderr }: { readonly stderr: Partial<WriteStream> & Pick<WriteStream, "write"> } = process
  if (stderr.isTTY !== true || process.env["TERM"] === "dumb" || isPipe(1)) return undefined
  return { write: (text) => void stderr.write(text), columns: stderr.columns ?? 80 }
}

/** As {@link terminal}, but undefined if standard output is a terminal too: the printed lines show the progress. */
export const terminalBesideOutput = (): Screen | undefined => (process.stdout.isTTY ? undefined : terminal())

const isPipe = (descriptor: number): boolean => {
  try {
    const file = fstatSync(descriptor)
    return file.isFIFO() || file.isSocket()
  } catch {
    return true
  }
}
