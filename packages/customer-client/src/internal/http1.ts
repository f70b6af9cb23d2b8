import type { IncomingMessage } from "node:http"
import type { Call, Sending, SendingEvents } from "./Call.ts"
import { describeFailure } from "./failure.ts"
import type { Http1Way } from "./Way.ts"

/** Sends one request by a new connection, or by a kept one. */
export const sendByHttp1 = (call: Call, way: Http1Way, events: SendingEvents): Sending => {
  let response: IncomingMessage | undefined

  const request = way.kept.open(call, way.socket)
  request.on("response", (incoming: IncomingMessage) => {
    response = incoming
    const { statusCode, headers } = incoming
    events.answering({ status: statusCode ?? 0, retryAfter: headers["retry-after"], date: headers.date })
    incoming.on("data", (chunk: Uint8Array) => events.received(chunk))
    // In the next tick Node has the connection back in the pool, for whoever sends next.
    incoming.on("end", () => process.nextTick(whole, events))
    // Also after an error: without a listener for that, Node tells of none.
    incoming.on("close", () => events.ended(incoming.complete))
  })
  request.on("upgrade", (_response, socket) => {
    socket.destroy()
    const message = "the customer's host answered 101, to which nothing was asked"
    events.unanswered({ kind: "protocol", message })
  })
  // Never removed: a destroyed request may emit another error, and this is the only listener.
  request.on("error", (error) => {
    if (response === undefined) events.unanswered(describeFailure(error, "open"))
  })
  request.end(call.body)

  return {
    // A connection with a half-read answer or a half-sent request cannot be reused.
    finish: (complete) => {
      if (!complete || !request.writableFinished) request.destroy()
    },
    cancel: () => request.destroy(),
  }
}

const whole = (events: SendingEvents) => events.ended(true)
