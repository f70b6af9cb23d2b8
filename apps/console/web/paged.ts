/** A list of the api whose further pages are asked for one by one. */
import { type Signal, useSignal } from "@preact/signals"
import { type Asked, type Doing, useAsked, useDoing } from "./api.ts"

interface AnyPage<Item> {
  readonly data: ReadonlyArray<Item>
  readonly next_cursor: string | null
}

/** The state of a list. */
export interface Paged<Item> {
  readonly asked: Asked<AnyPage<Item>>
  /** All that was read so far: the first page as it is now, older pages as they were. */
  readonly items: ReadonlyArray<Item>
  readonly hasMore: boolean
  readonly more: Doing
  readonly showMore: () => void
}

/** Asks for the first page when `key` changes, and for a further one when a person wants it. */
export const usePaged = <Item>(
  key: string,
  idOf: (item: Item) => number | string,
  ask: (cursor: string | undefined, signal?: AbortSignal) => Promise<AnyPage<Item>>,
): Paged<Item> => {
  const asked = useAsked(key, (signal) => ask(undefined, signal))
  const older: Signal<{
    readonly key: string
    readonly items: ReadonlyArray<Item>
    readonly next: string | null
  }> = useSignal({
    key,
    items: [],
    next: null,
  })
  const more = useDoing()
  const first = asked.answer.value
  const isOwn = older.value.key === key && older.value.items.length > 0
  const next = isOwn ? older.value.next : (first?.next_cursor ?? null)
  // What is new pushes older ones out of the first page, which then has some of what the page after it had.
  const ids = new Set(first?.data.map(idOf))
  return {
    asked,
    items: [
      ...(first?.data ?? []),
      ...(isOwn ? older.value.items.filter((item) => !ids.has(idOf(item))) : []),
    ],
    hasMore: next !== null,
    more,
    showMore: () =>
      void more.run(async () => {
        const page = await ask(next ?? undefined)
        older.value = {
          key,
          items: [...(isOwn ? older.value.items : []), ...page.data],
          next: page.next_cursor,
        }
      }),
  }
}
