import type { ServerResponse } from "node:http"

/**
 * Finds out whether a client that has closed its half of the connection is gone, while it waits for its answer.
 *
 * A client that leaves, and one that has nothing more to send and reads on, look the same: both send a FIN. So interim answers
 * are sent (RFC 9110, 15.2), which every client skips. The system of a client that is gone resets the connection then, and the
 * response emits `close`. HTTP/1.0 has no interim answers.
 */
export const noticeGone = (response: ServerResponse): void => {
  const { req: request, socket } = response
  if (socket === null || request.httpVersion === "1.0") return
  let timer: NodeJS.Timeout | undefined
  const probe = () => {
    if (response.headersSent || response.destroyed) return clearInterval(timer)
    response.writeProcessing()
  }
  const start = () => {
    // The reset that follows the first one shows when the next one is written.
    timer = setInterval(probe, probeEveryMs).unref()
    probe()
  }
  if (socket.readableEnded) start()
  else socket.once("end", start)
  response.once("close", () => {
    socket.off("end", start)
    clearInterval(timer)
  })
}

const probeEveryMs = 250
