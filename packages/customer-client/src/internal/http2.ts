import { constants } from "node:http2"
import type { Call, Sending, SendingEvents } from "./Call.ts"
import { describeFailure, describeReset } from "./failure.ts"
import type { Http2Way } from "./Way.ts"

/** Sends one request as a stream of a session that has room. */
export const sendByHttp2 = (call: Call, way: Http2Way, events: SendingEvents): Sending => {
  const stream = way.session.open(call)
  let hasHead = false
  let missing = 0
  let failure: Error | undefined

  stream.on("response", (headers, flags) => {
    hasHead = true
    const isAll = (flags & constants.NGHTTP2_FLAG_END_STREAM) !== 0
    missing = isAll ? 0 : Number(headers["content-length"] ?? 0)
    events.answering({
      status: headers[":status"] ?? 0,
      retryAfter: headers["retry-after"],
      date: headers.date,
    })
  })
  stream.on("data", (chunk: Uint8Array) => {
    missing -= chunk.length
    events.received(chunk)
  })
  // A stream that is reset ends too; by NO_ERROR, Node does not tell it from one that is whole.
  stream.on("end", () => {
    if (hasHead) events.ended(stream.rstCode === constants.NGHTTP2_NO_ERROR && missing <= 0)
  })
  stream.on("error", (error: Error) => (failure = error))
  stream.on("close", () => {
    const code = stream.rstCode ?? constants.NGHTTP2_NO_ERROR
    if (code === constants.NGHTTP2_HTTP_1_1_REQUIRED) way.http1Required()
    if (hasHead) return events.ended(false)
    const cause = failure ?? (code === constants.NGHTTP2_CANCEL && way.session.isLost() ? lost : undefined)
    const isReset = cause === undefined || ("code" in cause && cause.code === "ERR_HTTP2_STREAM_ERROR")
    events.unanswered(isReset ? describeReset(code) : describeFailure(cause, "open"))
  })
  stream.end(call.body)

  const cancel = () => {
    if (stream.destroyed) return
    stream.close(constants.NGHTTP2_CANCEL)
    // Do not wait until the customer has been notified: it may have stopped reading.
    stream.destroy()
  }
  return {
    finish: (complete) => {
      if (!complete || !stream.writableFinished) cancel()
    },
    // A peer that did not answer in time may have lost the whole connection, so the next exchange opens a new one.
    cancel: (isTimeout) => {
      cancel()
      if (isTimeout && !hasHead) way.session.retire()
    },
  }
}

/** Streams end so when their connection is closed: Node calls it a cancellation. */
const lost = Object.assign(new Error("the connection closed"), { code: "ECONNRESET" })
