import type { Failure } from "./failure.ts"

/** One request, ready to be sent. */
export interface Call {
  /** Names and values in turn. */
  readonly headers: ReadonlyArray<string>
  /** Which of them hold secrets, in lower case. */
  readonly secretHeaders: ReadonlyArray<string>
  /** Sent as UTF-8; a string, because Node writes it together with the head. */
  readonly body: string
}

/** The head of an answer. */
export interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly date: string | undefined
  readonly contentType: string | undefined
  readonly contentEncoding: string | undefined
}

/** Events of a request. Everything after the first `ended` or `unanswered` is ignored. */
export interface SendingEvents {
  readonly answering: (head: Head) => void
  readonly received: (chunk: Uint8Array) => void
  /** The answer has ended; `complete` says whether all of it arrived. Only after `answering`. */
  readonly ended: (complete: boolean) => void
  /** There will be no answer. Only before `answering`. */
  readonly unanswered: (failure: Failure) => void
}

/** A request under way. */
export interface Sending {
  /** The outcome is known; `complete` says whether the whole answer was read, so that the connection can be reused. */
  readonly finish: (complete: boolean) => void
  /** The answer is no longer wanted. */
  readonly cancel: (isTimeout: boolean) => void
}
