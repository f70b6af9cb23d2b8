/** Bounds what the answers hold that their readers have not taken yet. */
import { Equal } from "effect"
import { HttpBody, HttpServerResponse } from "effect/http"
import type { ServerResponse } from "node:http"
import { Readable } from "node:stream"
import * as ByteBudget from "../ByteBudget.ts"

/** Less is not counted: health routes must answer while nothing else can. */
const uncounted = 1024

/** What is written at once; the next part follows when the connection has taken this one. */
const partBytes = 64 * 1024

/**
 * Counts the bytes of each answer in a budget until it is sent or its connection is closed, and makes large ones streams
 * that respect back-pressure. Undefined when the budget has no room: then the answer must not be sent.
 *
 * All answers together hold at most half of the budget, so that slow readers cannot keep out senders.
 */
export const boundAnswers = (budget: ByteBudget.ByteBudget) => {
  const answers = ByteBudget.make(Math.floor(budget.limit / 2))
  return (
    answer: HttpServerResponse.HttpServerResponse,
    response: ServerResponse,
  ): HttpServerResponse.HttpServerResponse | undefined => {
    const { body } = answer
    if (body._tag !== "Uint8Array" || body.contentLength <= uncounted || response.req.method === "HEAD") {
      return answer
    }
    const bytes = body.contentLength
    if (!answers.hasRoom(bytes) || !budget.take(bytes)) return undefined
    answers.take(bytes)
    const source = bytes > partBytes ? partsOf(body.body) : undefined
    whenOver(response, () => {
      answers.giveBack(bytes)
      budget.giveBack(bytes)
      // Ends what still waits to write it.
      source?.destroy()
    })
    if (source === undefined) return answer
    // A stream to it takes nine listeners to `close`, and Node warns of the eleventh as of a leak.
    response.setMaxListeners(20)
    return HttpServerResponse.setBody(
      answer,
      HttpBody.raw(source, { contentType: body.contentType, contentLength: bytes }),
    )
  }
}

/**
 * Calls `done` once the response is sent or cannot be any more. A response that waits for others on its connection has no
 * `close` of its own; one that does not has it during the connection's, whose listener is called all the same.
 */
const whenOver = (response: ServerResponse, done: () => void): void => {
  const { socket } = response.req
  let isOver = false
  const over = () => {
    if (isOver) return
    isOver = true
    response.off("close", over)
    socket.off("close", over)
    done()
  }
  response.once("close", over)
  socket.once("close", over)
  if (response.destroyed || socket.destroyed) over()
}

/** Effect compares errors by what they hold: a stream is compared as one thing, not byte by byte. */
const partsOf = (bytes: Uint8Array): Readable => {
  let start = 0
  return Equal.byReferenceUnsafe(
    new Readable({
      highWaterMark: partBytes,
      read() {
        this.push(start < bytes.length ? bytes.subarray(start, (start += partBytes)) : null)
      },
    }),
  )
}
