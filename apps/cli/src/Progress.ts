/**
 * How far long work has come, drawn on the last line of a terminal and wiped when it is over.
 *
 * It is drawn on standard error, and only where somebody watches it: not into files, not into pipes, and not while one
 * feeds the next command of a pipe.
 */
import { Effect } from "effect"
import { fstatSync } from "node:fs"
import type { WriteStream } from "node:tty"

/** Tells how far the work has come: how many are done, and of how many, where that is known. */
export type Progress = (done: number, total?: number) => void

type State = readonly [done?: number, total?: number | undefined]

/** Where to draw. */
export interface Screen {
  readonly write: (text: string) => void
  readonly columns: number
}

/**
 * Does some work and draws its progress meanwhile: `replaying leads  12 s`, or
 * `reading leads  [##########----------] 500 of 1,000  3 s`. Nothing is drawn in the first half second, and without a screen.
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
      screen.write(`${wiped}${line.slice(0, Math.max(0, screen.columns - 1))}`)
    }
    const timer = setInterval(draw, everyMs)
    const end = Effect.sync(() => {
      clearInterval(timer)
      screen.write(wiped)
    })
    const progress: Progress = (...given) => {
      state = given
      // Work that never pauses lets no timer come.
      if (performance.now() - drawnAt > everyMs) draw()
    }
    return Effect.ensuring(work(progress), end)
  })
}

const everyMs = 500

/** The last line, empty. */
const wiped = "\r\u001b[2K"

/** What is drawn. */
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

/** The terminal that shows standard error, unless standard output goes into a pipe: whoever reads that draws too. */
export const terminal = (): Screen | undefined => {
  const { stderr }: { readonly stderr: Partial<WriteStream> & Pick<WriteStream, "write"> } = process
  if (stderr.isTTY !== true || process.env["TERM"] === "dumb" || isPipe(1)) return undefined
  return { write: (text) => void stderr.write(text), columns: stderr.columns ?? 80 }
}

/** The same, unless standard output is shown there as well: lines that are printed are progress enough. */
export const terminalBesideOutput = (): Screen | undefined => (process.stdout.isTTY ? undefined : terminal())

const isPipe = (descriptor: number): boolean => {
  try {
    const file = fstatSync(descriptor)
    return file.isFIFO() || file.isSocket()
  } catch {
    return true
  }
}
