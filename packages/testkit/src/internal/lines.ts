/**
 * Lines as they come, and a way to wait for one of them.
 */
import { Effect } from "effect"

export interface Lines {
  readonly add: (line: string) => void
  /** No more lines come. */
  readonly close: () => void
  readonly all: () => ReadonlyArray<string>
  /** The first line that matches, one that is there already or a coming one; undefined when none comes in time. */
  readonly find: (matches: (line: string) => boolean, withinMs: number) => Effect.Effect<string | undefined>
}

interface Waiting {
  readonly matches: (line: string) => boolean
  readonly resume: (line: string | undefined) => void
}

export const follow = (): Lines => {
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
    find: (matches, withinMs) =>
      Effect.callback((resume) => {
        const found = seen.find(matches)
        if (found !== undefined || closed) return resume(Effect.succeed(found))
        const one: Waiting = {
          matches,
          resume: (line) => {
            stop()
            resume(Effect.succeed(line))
          },
        }
        const timer = setTimeout(() => one.resume(undefined), withinMs)
        const stop = () => {
          clearTimeout(timer)
          waiting.delete(one)
        }
        waiting.add(one)
        return Effect.sync(stop)
      }),
  }
}
