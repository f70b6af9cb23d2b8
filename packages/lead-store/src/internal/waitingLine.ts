import type { Result } from "effect"

/** Called once with an item's result. */
export type Done<Value, Error> = (result: Result.Result<Value, Error>) => void

/** An item that waits, or is in a batch under way. */
export interface Entry<Item, Value, Error> {
  readonly item: Item
  readonly size: number
  /** When it was submitted, by its batcher's clock. */
  readonly since: number
  /** Undefined once it has been called. */
  done: Done<Value, Error> | undefined
}

/** The items that are in no batch yet, first come, first served. */
export interface WaitingLine<Item, Value, Error> {
  readonly add: (entry: Entry<Item, Value, Error>) => void
  readonly length: () => number
  readonly isEmpty: () => boolean
  /** Takes the next batch out. */
  readonly take: () => ReadonlyArray<Entry<Item, Value, Error>>
  /** Removes entries from the front while `holds` is true of them, and calls `onDropped` for each. */
  readonly dropWhile: (
    holds: (entry: Entry<Item, Value, Error>) => boolean,
    onDropped: (entry: Entry<Item, Value, Error>) => void,
  ) => void
}

/** An empty line: an array with the index of its first entry, so that taking costs no more than what is taken. */
export const makeWaitingLine = <Item, Value, Error>(
  maxItems = 100,
  maxSize = 8 * 1024 * 1024,
): WaitingLine<Item, Value, Error> => {
  let entries: Array<Entry<Item, Value, Error>> = []
  let next = 0

  /** Frees the entries before the first, now and then. */
  const compact = () => {
    if (next === entries.length) entries = []
    else if (next > 1024) entries = entries.slice(next)
    else return
    next = 0
  }

  return {
    add: (entry) => void entries.push(entry),
    length: () => entries.length - next,
    isEmpty: () => next === entries.length,
    take: () => {
      const first = next
      let size = 0
      for (
        let entry = entries[next];
        entry !== undefined && next - first < maxItems;
        entry = entries[++next]
      ) {
        size += entry.size
        if (next > first && size > maxSize) break
      }
      const batch = entries.slice(first, next)
      compact()
      return batch
    },
    dropWhile: (holds, onDropped) => {
      for (let entry = entries[next]; entry !== undefined && holds(entry); entry = entries[next]) {
        next++
        onDropped(entry)
      }
      compact()
    },
  }
}
