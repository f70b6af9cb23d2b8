/** Live events of the api: one stream for the whole console, while a page listens and the tab is seen. */
import type { LeadChanged } from "@lead-gateway/client"
import { signal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { client } from "./client.ts"

/** A lead that changed, or `undefined`: something was missed, so that what is shown must be read again. */
export type Change = LeadChanged | undefined

/** Whether events arrive; undefined while the page that is shown needs none. */
export const isLive = signal<boolean | undefined>(undefined)

const listeners = new Set<(change: Change) => void>()
let connection: AbortController | undefined
let lastEventId: string | undefined

const tell = (change: Change): void => {
  for (const listener of listeners) listener(change)
}

const follow = async (signal: AbortSignal): Promise<void> => {
  let wasLost = false
  const options = {
    signal,
    onOpen: () => {
      isLive.value = true
      // What was asked meanwhile has failed.
      if (wasLost) tell(undefined)
      wasLost = false
    },
    onError: () => {
      isLive.value = false
      wasLost = true
    },
    ...(lastEventId === undefined ? {} : { lastEventId }),
  }
  try {
    for await (const event of client.events(options)) {
      if (event.event === "lead") {
        lastEventId = event.id
        tell(event.data)
      } else {
        if (event.event === "reset") lastEventId = undefined
        tell(undefined)
      }
    }
  } finally {
    isLive.value = listeners.size === 0 ? undefined : false
  }
}

/** A hidden tab holds no stream: browsers allow six connections to a host, over all tabs, where it speaks HTTP/1.1. */
const update = (): void => {
  const isWanted = listeners.size > 0 && document.visibilityState === "visible"
  if (isWanted && connection === undefined) {
    const own = new AbortController()
    connection = own
    // What ends it is shown by the page's own questions.
    follow(own.signal)
      .catch(() => undefined)
      .finally(() => {
        if (connection === own) connection = undefined
      })
  } else if (!isWanted) {
    connection?.abort()
    connection = undefined
    if (listeners.size === 0) isLive.value = undefined
  }
}

document.addEventListener("visibilitychange", () => {
  update()
  // What happened meanwhile is read again.
  if (document.visibilityState === "visible") tell(undefined)
})

/** Calls back for each change while the component is shown. */
const useChanges = (listener: (change: Change) => void): void => {
  const latest = useRef(listener)
  latest.current = listener
  useEffect(() => {
    const own = (change: Change) => latest.current(change)
    listeners.add(own)
    update()
    return () => {
      listeners.delete(own)
      update()
    }
  }, [])
}

/** Another process of the api, or a replica, may have answered, and know a change only after that time. */
const knownEverywhereMs = 1500

type Timer = ReturnType<typeof setTimeout> | undefined

/**
 * Calls back at a change, and not again within that time: once at its end for all changes in between; and once more when
 * nothing has changed for a while.
 */
export const useChangesEvery = (ms: number, refresh: () => void): void => {
  const next = useRef<Timer>(undefined)
  const final = useRef<Timer>(undefined)
  const last = useRef(-Infinity)
  useChanges(() => {
    clearTimeout(final.current)
    final.current = setTimeout(refresh, knownEverywhereMs)
    next.current ??= setTimeout(
      () => {
        next.current = undefined
        last.current = performance.now()
        refresh()
      },
      Math.max(0, last.current + ms - performance.now()),
    )
  })
  useEffect(
    () => () => {
      clearTimeout(next.current)
      clearTimeout(final.current)
    },
    [],
  )
}

/** How often a lead is read again at most when it is not known whether it has changed. */
const unknownEveryMs = 2000
/** While its values are shown, each reading is in the audit. */
const shownEveryMs = 30_000

/** Calls back when a lead changes, at once; and now and then where changes were missed, which may have been of it. */
export const useChangesOf = (id: number, isShown: boolean, refresh: () => void): void => {
  const next = useRef<Timer>(undefined)
  const last = useRef(-Infinity)
  useChanges((change) => {
    if (change !== undefined) return change.id === id ? refresh() : undefined
    next.current ??= setTimeout(
      () => {
        next.current = undefined
        last.current = performance.now()
        refresh()
      },
      Math.max(0, last.current + (isShown ? shownEveryMs : unknownEveryMs) - performance.now()),
    )
  })
  useEffect(() => () => clearTimeout(next.current), [])
}
