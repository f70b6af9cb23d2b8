import type { UnreachableKind } from "../DeliveryOutcome.ts"

/** One request, ready to be sent. */
export interface Call {
  /** Names and values in turn. */
  readonly headers: ReadonlyArray<string>
  /** Which of them hold secrets, in lower case. */
  readonly secretHeaders: ReadonlyArray<string>
  /** Sent as UTF-8; a string, because Node writes it together with the head. */
  readonly body: string
}

/** What is told of an answer before its body. */
export interface Head {
  readonly status: number
  readonly retryAfter: string | undefined
  readonly date: string | undefined
}

/** Why there is no answer. */
export interface Failure {
  readonly kind: UnreachableKind
  readonly message: string
}

/** What a request tells of itself. After the first `ended` or `unanswered` nothing that it tells counts. */
export interface SendingEvents {
  readonly answering: (head: Head) => void
  readonly received: (chunk: Uint8Array) => void
  /** Nothing more of the answer will come; `complete`: it was all. Only after `answering`. */
  readonly ended: (complete: boolean) => void
  /** There will be no answer. Only without `answering`. */
  readonly unanswered: (failure: Failure) => void
}

/** A request under way. */
export interface Sending {
  /** The outcome is known; `complete`: all of the answer was read, so the connection may be of further use. */
  readonly finish: (complete: boolean) => void
  /** Nobody waits for an answer any more. */
  readonly cancel: (isTimeout: boolean) => void
}
