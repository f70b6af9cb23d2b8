import * as http from "node:http"
import * as https from "node:https"
import { DeliveryOutcome } from "../DeliveryOutcome.ts"
import type { Agents } from "./agents.ts"
import { cappedText } from "./cappedText.ts"
import { AddressRefusal } from "./checkedLookup.ts"
import { describeFailure, type Stage } from "./failure.ts"

/** One request, ready to be sent, and where to. */
export interface Call {
  readonly url: URL
  readonly agents: Agents
  readonly headers: http.OutgoingHttpHeaders
  /** Sent as UTF-8; a string, because Node writes it together with the head. */
  readonly body: string
  readonly maxResponseBytes: number
  /** Milliseconds since the exchange began. */
  readonly elapsedMs: () => number
}

/** An exchange under way. It ends once: by itself, by `expire` or by `abort`. */
export interface Exchange {
  /** Its time is up: ends with what is known by now, and closes the connection. */
  readonly expire: () => void
  /** Nobody waits any more: closes the connection and tells no outcome. */
  readonly abort: () => void
}

/**
 * Sends a request, and calls `done` with the outcome, once, unless it is aborted before.
 *
 * A pooled connection that the customer closes while our request is on its way fails before any byte of an
 * answer. That tells of an idle connection, not of the customer, so the request goes out once more on a new
 * connection, within the same time. RFC 9112 §9.3.1 allows it for idempotent requests, and this one is: same
 * bytes, same `Idempotency-Key`. It is what the next attempt would do, without waiting for it. A failure on a
 * new connection is never retried here.
 */
export const startExchange = (call: Call, done: (outcome: DeliveryOutcome) => void): Exchange => {
  const transport = call.url.protocol === "https:" ? https : http
  const body = cappedText(call.maxResponseBytes)
  let current: http.ClientRequest | undefined
  let head: http.IncomingMessage | undefined
  let stage: Stage = "connecting"
  let settled = false

  const settle = (outcome: DeliveryOutcome) => {
    if (settled) return
    settled = true
    done(outcome)
  }

  const answered = ({ statusCode, headers }: http.IncomingMessage, complete: boolean) => {
    if (settled) return
    settle(
      DeliveryOutcome.Answered({
        status: statusCode ?? 0,
        retryAfter: headers["retry-after"],
        body: body.text(complete),
        truncated: !complete,
        durationMs: call.elapsedMs(),
      }),
    )
    // A connection with an answer half read, or a request half sent, is of no further use.
    if (!complete || !current?.writableFinished) current?.destroy()
  }

  const failed = (error: Error) => {
    settle(
      error instanceof AddressRefusal
        ? DeliveryOutcome.AddressRefused({ message: error.message })
        : DeliveryOutcome.Unreachable({ ...describeFailure(error, stage), durationMs: call.elapsedMs() }),
    )
  }

  const open = (agent: http.Agent) => {
    const request = transport.request(call.url, { method: "POST", agent, headers: call.headers })
    let heard = false
    current = request
    request.on("socket", (socket) => {
      stage = request.reusedSocket ? "open" : "connecting"
      socket.once("data", () => (heard = true))
      if (request.reusedSocket) return
      socket.once("connect", () => (stage = transport === https ? "securing" : "open"))
      socket.once("secureConnect", () => (stage = "open"))
    })
    request.on("response", (response) => {
      head = response
      response.on("data", (chunk: Uint8Array) => {
        if (!settled && !body.add(chunk)) answered(response, false)
      })
      // In the next tick Node has the connection back in the pool, for whoever sends next.
      response.on("end", () => process.nextTick(answered, response, true))
      response.on("error", () => answered(response, response.complete))
      response.on("close", () => answered(response, response.complete))
    })
    request.on("upgrade", (_response, socket) => {
      socket.destroy()
      const message = "the customer's host answered 101, to which nothing was asked"
      settle(DeliveryOutcome.Unreachable({ kind: "protocol", message, durationMs: call.elapsedMs() }))
    })
    // Stays for good: a request that was destroyed may fail once more, and nobody else listens.
    request.on("error", (error) => {
      if (settled || head !== undefined) return // an answer that has begun ends by its own events
      const stale = request.reusedSocket && !heard && describeFailure(error, stage).kind === "reset"
      if (stale) open(call.agents.fresh)
      else failed(error)
    })
    request.end(call.body)
  }

  try {
    open(call.agents.pooled)
  } catch (error) {
    failed(error as Error) // Node throws for header values it does not allow
  }

  return {
    expire: () => {
      if (head !== undefined) answered(head, false)
      else
        settle(
          DeliveryOutcome.TimedOut({
            phase: stage === "open" ? "answer" : "connect",
            durationMs: call.elapsedMs(),
          }),
        )
      current?.destroy()
    },
    abort: () => {
      settled = true
      current?.destroy()
    },
  }
}
