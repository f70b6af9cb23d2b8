/**
 * Lines of a stream, and a way to wait for one of them.
 */
import { Effect } from "effect"

/** The lines so far, and those to come. */
export interface Lines {
  readonly add: (line: string) => void
  /** Ends the lines. */
  readonly close: () => void
  readonly all: () => ReadonlyArray<string>
  /** The first past or future line that matches; undefined on timeout or at the end. */
  readonly find: (matches: (line: string) => boolean, timeoutMs: number) => Effect.Effect<string | undefined>
}

interface Waiting {
  readonly matches: (line: string) => boolean
  readonly resume: (line: string | undefined) => void
}

/** Makes an empty collection of lines. */
export const makeLines = (): Lines => {
  const seen: Array<string> = []
  const waiting = new Set<Waiting>()
  let closed = false
  return {
    add: (line) => {
      seen.push(line)
      for (const one of waiting) if (one.matches(line)) one.resume(line)
    },
    close: () => {
      closed = true
      for (const one of waiting) one.resume(undefined)
    },
    all: () => seen.slice(),
    find: (matches, timeoutMs) =>
      Effect.callback((resume) => {
        const line = seen.find(matches)
        if (line !== undefined || closed) return resume(Effect.succeed(line))
        const one: Waiting = {
          matches,
          resume: (line) => {
            stop()
            resume(Effect.succeed(line))
          },
        }
        const timer = setTimeout(() => one.resume(undefined), timeoutMs)
        const stop = () => {
          clearTimeout(timer)
          waiting.delete(one)
        }
        waiting.add(one)
        return Effect.sync(stop)
      }),
  }
}
