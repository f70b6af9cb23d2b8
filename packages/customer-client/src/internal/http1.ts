import { type IncomingMessage, request as httpRequest } from "node:http"
import type { Call, Sending, SendingEvents } from "./Call.ts"
import { describeFailure } from "./failure.ts"
import type { Http1Way } from "./Way.ts"

/** Sends one request by a new connection, or by a kept one. */
export const sendByHttp1 = (call: Call, way: Http1Way, events: SendingEvents): Sending => {
  let response: IncomingMessage | undefined

  const { headers, body, url } = call
  const request = way.kept.by(way.socket, () =>
    httpRequest(url, { method: "POST", agent: way.kept.agent, headers }),
  )
  request.on("response", (incoming) => {
    response = incoming
    const { statusCode, headers } = incoming
    events.head({ status: statusCode ?? 0, retryAfter: headers["retry-after"], date: headers.date })
    incoming.on("data", events.data)
    // In the next tick Node has the connection back in the pool, for whoever sends next.
    incoming.on("end", () => process.nextTick(events.end, true))
    incoming.on("error", () => events.end(incoming.complete))
    incoming.on("close", () => events.end(incoming.complete))
  })
  request.on("upgrade", (_response, socket) => {
    socket.destroy()
    const message = "the customer's host answered 101, to which nothing was asked"
    events.failed({ kind: "protocol", message })
  })
  // Stays for good: a request that was destroyed may fail once more, and nobody else listens.
  request.on("error", (error) => {
    if (response === undefined) events.failed(describeFailure(error, "open"))
  })
  request.end(body)

  return {
    // A connection with an answer half read, or a request half sent, is of no further use.
    finish: (complete) => {
      if (!complete || !request.writableFinished) request.destroy()
    },
    cancel: () => request.destroy(),
  }
}
