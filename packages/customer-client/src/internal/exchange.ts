import type { DeliveryOutcome, DeliveryRequest } from "../Delivery.ts"
import { AnswerBody, type BodyEvents } from "./answerBody.ts"
import type { Call, Head, Sending, SendingEvents } from "./Call.ts"
import type { CheckedOptions } from "./checkOptions.ts"
import { AddressRefusal } from "./connect.ts"
import type { Connections } from "./connections.ts"
import { describeFailure, type Failure, isFinal, noAnswer, type Stage } from "./failure.ts"
import { sendByHttp1 } from "./http1.ts"
import { sendByHttp2 } from "./http2.ts"
import { whyUnsendable } from "./unsendable.ts"
import { ClientClosed, type Place, type Waiter, type Way } from "./Way.ts"

/** The options and connections that all exchanges with a customer share. */
export interface Terms extends Pick<
  CheckedOptions,
  "headers" | "maxResponseBytes" | "timeoutMs" | "connectTimeoutMs"
> {
  readonly connections: Connections
}

/**
 * One exchange: sends a request, and calls `done` with the outcome, once, unless it is aborted before.
 *
 * It sends at most one request, so that the recorded attempts account for every request. An idle connection that is
 * known to be closed is not used. If the customer closes it just as the request leaves, the outcome is `Unreachable`,
 * `reset`, as for any connection that breaks.
 *
 * A class for performance: one object and one timer for each lead, and no closures.
 */
export class Exchange implements Waiter, SendingEvents, BodyEvents {
  readonly #terms: Terms
  readonly #call: Call
  readonly #done: (outcome: DeliveryOutcome) => void
  readonly #began = performance.now()
  #place: Place | undefined
  #timer: NodeJS.Timeout | undefined
  #sending: Sending | undefined
  #head: Head | undefined
  #body: AnswerBody | undefined
  #isSettled = false
  #isAborted = false

  /** `timeMs` is the time of the signature, in milliseconds since 1970. */
  constructor(
    terms: Terms,
    request: DeliveryRequest,
    timeMs: number,
    done: (outcome: DeliveryOutcome) => void,
  ) {
    const { headers } = terms
    this.#terms = terms
    this.#done = done
    const reason = whyUnsendable(request, headers.isSigned)
    // `done` is never called before this returns.
    if (reason === undefined) {
      this.#call = { headers: headers.of(request, timeMs), secretHeaders: headers.secret, body: request.body }
      this.#begin()
    } else {
      this.#call = nothing
      this.#unsendable(reason)
    }
  }

  #begin(): void {
    const { connections, connectTimeoutMs, timeoutMs } = this.#terms
    this.#place = connections.acquire(this)
    if (this.#isSettled) return
    this.#timer =
      connectTimeoutMs === undefined || this.#sending !== undefined
        ? setTimeout(expire, timeoutMs, this)
        : setTimeout(expireConnect, connectTimeoutMs, this)
  }

  /** Aborts: closes the connection or stream and reports no outcome. */
  abort(): void {
    this.#isAborted = true
    if (this.#isSettled) return
    this.#settle()
    this.#leave(false)
  }

  /** The connect timeout: ends the exchange if nothing has been sent yet. */
  expireConnect(): void {
    if (this.#sending === undefined) return this.expire()
    this.#timer = setTimeout(expire, this.#terms.timeoutMs - (performance.now() - this.#began), this)
  }

  /** The overall timeout: ends with what is known so far and closes the connection or stream. */
  expire(): void {
    if (this.#isSettled) return
    if (this.#head !== undefined) return this.#answered(false, true)
    const phase = this.#sending === undefined ? "connect" : "answer"
    this.#settle()
    this.#leave(true)
    this.#done({ _tag: "TimedOut", phase, durationMs: this.#durationMs() })
  }

  ready(way: Way): void {
    try {
      this.#sending =
        way.protocol === "h2" ? sendByHttp2(this.#call, way, this) : sendByHttp1(this.#call, way, this)
    } catch (error) {
      this.failed(error as Error, "open")
    }
  }

  failed(error: Error, stage: Stage): void {
    if (error instanceof AddressRefusal) this.#unsent({ _tag: "AddressRefused", message: error.message })
    else if (error instanceof ClientClosed) this.#unsendable("the client is closed")
    else this.#unsent(this.#unreachable(describeFailure(error, stage)))
  }

  answering(head: Head): void {
    if (this.#isSettled) return
    if (!isFinal(head.status)) {
      this.unanswered(noAnswer(head.status))
      return this.#sending?.cancel(false)
    }
    this.#head = head
    this.#body = new AnswerBody(head, this.#terms.maxResponseBytes, this)
  }

  received(chunk: Uint8Array): void {
    if (!this.#isSettled) this.#body?.add(chunk)
  }

  ended(complete: boolean): void {
    if (!this.#isSettled) this.#body?.end(complete)
  }

  bodyRead(complete: boolean): void {
    if (!this.#isSettled) this.#answered(complete, false)
  }

  unanswered(failure: Failure): void {
    if (this.#isSettled) return
    this.#settle()
    this.#done(this.#unreachable(failure))
  }

  #answered(complete: boolean, isTimeout: boolean): void {
    const { status, retryAfter, date, contentType } = this.#head as Head
    const { body, truncated, unreadable } = (this.#body as AnswerBody).read(complete)
    this.#settle()
    if (isTimeout) this.#leave(true)
    else this.#sending?.finish(complete)
    this.#done({
      _tag: "Answered",
      status,
      retryAfter,
      date,
      contentType,
      body,
      truncated,
      unreadable,
      durationMs: this.#durationMs(),
    })
  }

  /** Nothing was sent. Reported in a later tick: others may be in the same queue, and the caller may not be listening yet. */
  #unsent(outcome: DeliveryOutcome): void {
    if (this.#isSettled) return
    this.#settle()
    process.nextTick(() => {
      if (!this.#isAborted) this.#done(outcome)
    })
  }

  #unsendable(reason: string): void {
    this.#unsent(this.#unreachable({ kind: "unsendable", message: `${reason}; nothing was sent` }))
  }

  #unreachable({ kind, message }: Failure): DeliveryOutcome {
    return { _tag: "Unreachable", kind, message, durationMs: this.#durationMs() }
  }

  #settle(): void {
    this.#isSettled = true
    clearTimeout(this.#timer)
    this.#body?.close()
  }

  #leave(isTimeout: boolean): void {
    if (this.#sending === undefined) this.#place?.giveUp()
    else this.#sending.cancel(isTimeout)
  }

  #durationMs(): number {
    return Math.round(performance.now() - this.#began)
  }
}

const expire = (exchange: Exchange) => exchange.expire()
const expireConnect = (exchange: Exchange) => exchange.expireConnect()

/** The call of a request that is not sent. */
const nothing: Call = { headers: [], secretHeaders: [], body: "" }
