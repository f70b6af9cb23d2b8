import { ApiError } from "./ApiError.ts"
import { parse } from "./Json.ts"
import { readEvents } from "./internal/readEvents.ts"
import type { CallOptions } from "./request.ts"
import type { LeadChanged } from "./wire.ts"

/**
 * A live event. `lead`: a lead came into a status. `skipped`: there were more than can be followed, `count` of them are
 * left out. `reset`: what happened before is not known any more. After the latter two, read the list again.
 */
export type LiveEvent =
  | { readonly event: "lead"; readonly id: string; readonly data: LeadChanged }
  | { readonly event: "skipped"; readonly data: { readonly count: number } }
  | { readonly event: "reset" }

/** Where to begin, and until when. */
export interface EventOptions extends Pick<CallOptions, "headers" | "signal"> {
  /** The `id` of the last event that was seen: go on after it. */
  readonly lastEventId?: string
  /** Is told each time that the stream begins, also after a connection that ended. */
  readonly onOpen?: () => void
  /** Is told why the connection has to be made again. */
  readonly onError?: (error: unknown) => void
}

/**
 * Live events, until the loop is left or the signal aborts.
 *
 * A connection that fails, ends, or is silent for 45 s is made again, after the last event that was seen: 2 s later, or
 * what the api asks for, and longer when it fails again, up to half a minute. An event may come twice then. Throws
 * `ApiError` for what trying again does not mend, such as 401.
 */
export type Subscription = (options?: EventOptions) => AsyncGenerator<LiveEvent, void, void>

/** Opens the stream after an event. */
export type Open = (lastEventId: string | undefined, options: CallOptions) => Promise<Response>

/** The api sends a comment every 15 s. */
const silenceMs = 45_000
const longestMs = 30_000

/** Makes the subscription of a way to open the stream. */
export const subscribe = (open: Open): Subscription =>
  async function* (options = {}) {
    const { headers = {}, onError, onOpen, signal } = options
    let { lastEventId } = options
    let retryMs = 2000
    let failures = 0
    // A function, since the signal changes while others run.
    const isOver = () => signal?.aborted === true
    while (!isOver()) {
      const connection = new AbortController()
      const stop = () => connection.abort()
      signal?.addEventListener("abort", stop)
      let silence: ReturnType<typeof setTimeout> | undefined
      const listen = () => {
        clearTimeout(silence)
        silence = setTimeout(() => connection.abort(new Error("the stream is silent")), silenceMs)
      }
      let waitMs = 0
      try {
        listen()
        const response = await open(lastEventId, { headers, signal: connection.signal })
        onOpen?.()
        for await (const { data, event, id, retry } of readEvents(response, listen)) {
          failures = 0
          retryMs = retry ?? retryMs
          lastEventId = id ?? lastEventId
          if (event === "lead") yield { event, id: id ?? "", data: parse(data) as LeadChanged }
          else if (event === "skipped") yield { event, data: parse(data) as { readonly count: number } }
          else if (event === "reset") {
            lastEventId = undefined
            yield { event }
          }
        }
      } catch (error) {
        if (isOver()) return
        if (error instanceof ApiError) {
          if (error.status < 500 && error.status !== 429) throw error
          waitMs = (error.retryAfter ?? 0) * 1000
        }
        failures++
        onError?.(error)
      } finally {
        clearTimeout(silence)
        signal?.removeEventListener("abort", stop)
        connection.abort()
      }
      const backoffMs = Math.min(retryMs * 2 ** Math.max(0, failures - 1), Math.max(longestMs, retryMs))
      await wait(Math.max(waitMs, backoffMs), signal)
    }
  }

/** Waits, but not longer than the signal lets it. */
const wait = (ms: number, signal: AbortSignal | undefined): Promise<void> =>
  new Promise((resolve) => {
    if (signal?.aborted === true) return resolve()
    const done = () => {
      clearTimeout(timer)
      signal?.removeEventListener("abort", done)
      resolve()
    }
    const timer = setTimeout(done, ms)
    signal?.addEventListener("abort", done)
  })
