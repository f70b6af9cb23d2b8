import * as http from "node:http"
import * as https from "node:https"
import { DeliveryOutcome } from "../DeliveryOutcome.ts"
import { cappedText } from "./cappedText.ts"
import { AddressRefusal } from "./checkedLookup.ts"
import { describeFailure, type Stage } from "./failure.ts"

/** One request, ready to be sent, and where to. */
export interface Call {
  readonly url: URL
  readonly agent: http.Agent
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
 * One exchange is at most one request, whatever happens to it: a history of attempts can only explain the
 * requests that it counts. A kept connection that is known to be closed is not used. One that the customer
 * closes just as the request leaves by it fails like any other that breaks: `Unreachable`, `reset`.
 */
export const startExchange = (call: Call, done: (outcome: DeliveryOutcome) => void): Exchange => {
  const transport = call.url.protocol === "https:" ? https : http
  const body = cappedText(call.maxResponseBytes)
  let request: http.ClientRequest | undefined
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
        date: headers.date,
        body: body.text(complete),
        truncated: !complete,
        durationMs: call.elapsedMs(),
      }),
    )
    // A connection with an answer half read, or a request half sent, is of no further use.
    if (!complete || !request?.writableFinished) request?.destroy()
  }

  const failed = (error: Error) => {
    settle(
      error instanceof AddressRefusal
        ? DeliveryOutcome.AddressRefused({ message: error.message })
        : DeliveryOutcome.Unreachable({ ...describeFailure(error, stage), durationMs: call.elapsedMs() }),
    )
  }

  const post = () => {
    const request = transport.request(call.url, { method: "POST", agent: call.agent, headers: call.headers })
    request.on("socket", (socket) => {
      if (request.reusedSocket) {
        stage = "open"
        return
      }
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
      if (head === undefined) failed(error) // an answer that has begun ends by its own events
    })
    request.end(call.body)
    return request
  }

  try {
    request = post()
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
      request?.destroy()
    },
    abort: () => {
      settled = true
      request?.destroy()
    },
  }
}
