import type { UnreachableKind } from "../DeliveryOutcome.ts"

/** One request, ready to be sent, and where to. */
export interface Call {
  readonly url: URL
  readonly headers: Record<string, string>
  /** Which of them hold secrets, in lower case. */
  readonly secretHeaders: ReadonlyArray<string>
  /** Whether the request has an idempotency key: with an empty one, a customer takes all leads for one. */
  readonly hasKey: boolean
  /** Sent as UTF-8; a string, because Node writes it together with the head. */
  readonly body: string
  readonly maxResponseBytes: number
  /** Milliseconds since the exchange began. */
  readonly elapsedMs: () => number
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

/** What a request tells of itself. After the first `end` or `failed` nothing that it tells counts. */
export interface SendingEvents {
  readonly head: (head: Head) => void
  readonly data: (chunk: Uint8Array) => void
  /** Nothing more of the answer will come; `complete`: it was all. Only after `head`. */
  readonly end: (complete: boolean) => void
  /** There will be no answer. Only without `head`. */
  readonly failed: (failure: Failure) => void
}

/** A request under way. */
export interface Sending {
  /** The outcome is told; `complete`: all of the answer was read, so the connection may be of further use. */
  readonly finish: (complete: boolean) => void
  /** Nobody waits for an answer any more. */
  readonly cancel: (isTimeout: boolean) => void
}
