import { once } from "node:events"
import { connect } from "node:net"
import { setTimeout as sleep } from "node:timers/promises"
import type { FuzzCase } from "../generate/Case.ts"
import { readAnswers } from "../oracle/AnswerReader.ts"
import { methodsOf, type Stream } from "../oracle/Stream.ts"

/** How long a sender waits: for an answer, for the end of a connection, and for a refusal of half a request. */
export interface Patience {
  readonly answerMs: number
  readonly endMs: number
  readonly refusalMs: number
}

/** That of a run. */
export const longPatience: Patience = { answerMs: 30_000, endMs: 10_000, refusalMs: 60 }

/** That of a sender of cases that are known to wait in vain, as often as not. */
export const shortPatience: Patience = { answerMs: 1_500, endMs: 1_500, refusalMs: 60 }

/** Sends a case on a connection of its own, and collects what is answered until the connection has ended. */
export const exchange = async (
  of: FuzzCase,
  stream: Stream,
  port: number,
  patience: Patience = longPatience,
): Promise<{ readonly received: Buffer; readonly end: "closed" | "timeout" }> => {
  const methods = methodsOf(stream)
  const chunks: Array<Buffer> = []
  const state = { isOver: false }
  let wake = () => {}
  const over = () => {
    state.isOver = true
    wake()
  }
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true, noDelay: true })
    .on("data", (chunk) => {
      chunks.push(chunk)
      wake()
    })
    .on("end", over)
    .on("error", over)
    .on("close", over)
  await Promise.race([once(socket, "connect"), once(socket, "close")]).catch(() => undefined)

  const until = async (holds: () => boolean, withinMs: number): Promise<boolean> => {
    const end = performance.now() + withinMs
    while (!state.isOver && !holds()) {
      const left = end - performance.now()
      if (left <= 0) return false
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, left)
        wake = () => {
          clearTimeout(timer)
          resolve()
        }
      })
    }
    return true
  }
  const answers = () => readAnswers(Buffer.concat(chunks), methods).answers
  const streams = () => answers().at(-1)?.isStream === true
  const answered = (count: number) => () => answers().length >= count || streams()

  for (const { bytes, pauseMs } of of.writes) {
    if (pauseMs > 0) await sleep(pauseMs)
    if (state.isOver || socket.destroyed) break
    if (!socket.write(bytes))
      await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined)
  }
  if (of.ending === "reset") {
    socket.resetAndDestroy()
    return { received: Buffer.concat(chunks), end: "closed" }
  }
  if (of.ending === "half-close") socket.end()
  const { requests, tail } = stream
  const isAnswered = await until(answered(requests.length), patience.answerMs)
  if (tail.kind !== "clean") await until(answered(requests.length + 1), patience.refusalMs)
  // Nothing else ends a stream, nor does half a close.
  if (streams()) socket.destroy()
  if (!socket.destroyed && !socket.writableEnded) socket.end()
  const hasEnded = await until(() => state.isOver, patience.endMs)
  socket.destroy()
  return { received: Buffer.concat(chunks), end: isAnswered && hasEnded ? "closed" : "timeout" }
}
