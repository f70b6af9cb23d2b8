/** How a page asks the operators' API, and how it does what a person wants. */
import { ApiError } from "@lead-gateway/client"
import { type Signal, useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { endSession } from "./session.ts"

/** The state of a question. What was answered stays until the next answer, also when that is an error. */
export interface Asked<A> {
  readonly answer: Signal<A | undefined>
  readonly error: Signal<unknown>
  readonly isLoading: Signal<boolean>
  /** Asks again. */
  readonly refresh: () => void
}

/**
 * Asks the api when the page opens and whenever `key` changes; an older question is aborted. An answer 401 ends the
 * session: its token was revoked, or has expired.
 */
export const useAsked = <A>(key: string, ask: (signal: AbortSignal) => Promise<A>): Asked<A> => {
  const answer = useSignal<A | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  const isLoading = useSignal(true)
  const current = useRef<AbortController | undefined>(undefined)
  const latest = useRef(ask)
  latest.current = ask

  const refresh = () => {
    current.current?.abort()
    const question = new AbortController()
    current.current = question
    isLoading.value = true
    void settle(latest.current(question.signal), question.signal)
  }

  const settle = async (asked: Promise<A>, signal: AbortSignal) => {
    const [result] = await Promise.allSettled([asked])
    // An older question.
    if (signal.aborted) return
    isLoading.value = false
    error.value = result.status === "rejected" ? result.reason : undefined
    if (result.status === "fulfilled") answer.value = result.value
    else if (result.reason instanceof ApiError && result.reason.status === 401) endSession()
  }

  useEffect(() => {
    answer.value = undefined
    refresh()
    return () => current.current?.abort()
  }, [key])

  return { answer, error, isLoading, refresh }
}

/** The state of something that a person does. */
export interface Doing {
  readonly error: Signal<unknown>
  readonly isBusy: Signal<boolean>
  /** Does it, once at a time; resolves with whether it went through. */
  readonly run: (act: () => Promise<void>) => Promise<boolean>
}

/** Runs what a person does, and keeps what went wrong. */
export const useDoing = (): Doing => {
  const error = useSignal<unknown>(undefined)
  const isBusy = useSignal(false)
  return {
    error,
    isBusy,
    run: async (act) => {
      if (isBusy.value) return false
      isBusy.value = true
      error.value = undefined
      try {
        await act()
        return true
      } catch (reason) {
        if (reason instanceof ApiError && reason.status === 401) endSession()
        error.value = reason
        return false
      } finally {
        isBusy.value = false
      }
    },
  }
}
