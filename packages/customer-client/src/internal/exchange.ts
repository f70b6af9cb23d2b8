import { DeliveryOutcome } from "../DeliveryOutcome.ts"
import type { Call, Failure, Head, Sending, SendingEvents } from "./Call.ts"
import { cappedText } from "./cappedText.ts"
import { AddressRefusal } from "./checkedLookup.ts"
import type { Connections } from "./connections.ts"
import { describeFailure, type Stage } from "./failure.ts"
import { isHeaderValue } from "./headerRules.ts"
import { sendByHttp1 } from "./http1.ts"
import { sendByHttp2 } from "./http2.ts"
import { ClientClosed, type Way } from "./Way.ts"

/** An exchange under way. It ends once: by itself, by `expire` or by `abort`. */
export interface Exchange {
  /** The time to connect is up: ends, if nothing was sent by now. */
  readonly expireConnect: () => void
  /** Its time is up: ends with what is known by now, and closes connection or stream. */
  readonly expire: () => void
  /** Nobody waits any more: closes connection or stream, and tells no outcome. */
  readonly abort: () => void
}

/**
 * Sends a request, and calls `done` with the outcome, once, unless it is aborted before.
 *
 * One exchange is at most one request, whatever happens to it: a history of attempts can only explain the
 * requests that it counts. A kept connection that is known to be closed is not used. One that the customer
 * closes just as the request leaves by it fails like any other that breaks: `Unreachable`, `reset`.
 */
export const startExchange = (
  call: Call,
  connections: Connections,
  done: (outcome: DeliveryOutcome) => void,
): Exchange => {
  const body = cappedText(call.maxResponseBytes)
  let sending: Sending | undefined
  let head: Head | undefined
  let settled = false
  let giveUp = () => {}

  const settle = (outcome: DeliveryOutcome) => {
    if (settled) return
    settled = true
    done(outcome)
  }

  const answered = (head: Head, complete: boolean) => {
    if (settled) return
    const durationMs = call.elapsedMs()
    settle(DeliveryOutcome.Answered({ ...head, body: body.text(complete), truncated: !complete, durationMs }))
    sending?.finish(complete)
  }

  const unreachable = (failure: Failure) =>
    settle(DeliveryOutcome.Unreachable({ ...failure, durationMs: call.elapsedMs() }))

  const failed = (error: Error, stage: Stage) => {
    if (error instanceof AddressRefusal) settle(DeliveryOutcome.AddressRefused({ message: error.message }))
    else if (error instanceof ClientClosed)
      unreachable({ kind: "unsendable", message: "the client is closed; nothing was sent" })
    else unreachable(describeFailure(error, stage))
  }

  const events: SendingEvents = {
    head: (known) => (head = known),
    data: (chunk) => {
      if (!settled && head !== undefined && !body.add(chunk)) answered(head, false)
    },
    end: (complete) => {
      if (head !== undefined) answered(head, complete)
    },
    failed: unreachable,
  }

  const ready = (way: Way) => {
    try {
      sending = way.protocol === "h2" ? sendByHttp2(call, way, events) : sendByHttp1(call, way, events)
    } catch (error) {
      failed(error as Error, "open")
    }
  }

  if (!call.hasKey)
    unreachable({ kind: "unsendable", message: "the request has no idempotency key; nothing was sent" })
  else if (Object.values(call.headers).every(isHeaderValue)) giveUp = connections.acquire({ ready, failed })
  else failed(Object.assign(new Error("a header's value"), { code: "ERR_INVALID_CHAR" }), "connecting")

  const timedOut = () =>
    settle(
      DeliveryOutcome.TimedOut({
        phase: sending === undefined ? "connect" : "answer",
        durationMs: call.elapsedMs(),
      }),
    )

  return {
    expireConnect: () => {
      if (sending !== undefined || settled) return
      timedOut()
      giveUp()
    },
    expire: () => {
      if (settled) return
      if (head !== undefined) answered(head, false)
      else timedOut()
      if (sending === undefined) giveUp()
      else sending.cancel(true)
    },
    abort: () => {
      if (settled) return
      settled = true
      if (sending === undefined) giveUp()
      else sending.cancel(false)
    },
  }
}
