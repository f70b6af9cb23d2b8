/** How a page asks the operators' API, and how it does what a person wants. */
import { ApiError } from "@lead-gateway/client"
import { type Signal, useSignal } from "@preact/signals"
import { useLayoutEffect, useRef } from "preact/hooks"
import { correction } from "./clock.ts"
import { isPassing, retryMsOf } from "./passing.ts"
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
 * Asks the api when the page opens and whenever `key` changes; an older question is aborted. A refresh while a question is
 * under way asks once more afterwards: changes that come faster than answers would otherwise abort every one. After an
 * error that may pass, it asks again by itself. An answer 401 ends the session: its token was revoked, or has expired.
 */
export const useAsked = <A>(key: string, ask: (signal: AbortSignal) => Promise<A>): Asked<A> => {
  const answer = useSignal<A | undefined>(undefined)
  const error = useSignal<unknown>(undefined)
  const isLoading = useSignal(true)
  const current = useRef<AbortController | undefined>(undefined)
  const latest = useRef(ask)
  latest.current = ask

  const isWantedAgain = useRef(false)
  const retry = useRef<ReturnType<typeof setTimeout> | undefined>(undefined)

  const refresh = () => {
    if (current.current === undefined) askNow()
    else isWantedAgain.current = true
  }

  const askNow = () => {
    clearTimeout(retry.current)
    isWantedAgain.current = false
    const question = new AbortController()
    current.current = question
    isLoading.value = true
    void settle(latest.current(question.signal), question.signal)
  }

  const settle = async (asked: Promise<A>, signal: AbortSignal) => {
    const [result] = await Promise.allSettled([asked])
    // An older question.
    if (signal.aborted) return
    current.current = undefined
    isLoading.value = false
    error.value = result.status === "rejected" ? result.reason : undefined
    if (result.status === "fulfilled") answer.value = result.value
    else if (result.reason instanceof ApiError && result.reason.status === 401) endSession()
    else if (isPassing(result.reason)) retry.current = setTimeout(refresh, retryMsOf(result.reason))
    if (isWantedAgain.current && result.status === "fulfilled") askNow()
  }

  // Before anything is painted: no answer is shown as that of another key.
  useLayoutEffect(() => {
    answer.value = undefined
    error.value = undefined
    askNow()
    return () => {
      clearTimeout(retry.current)
      current.current?.abort()
      current.current = undefined
    }
  }, [key, correction()])

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
