import type { ServerResponse } from "node:http"

/**
 * Finds out whether a client that has closed its half of the connection is gone, while its answer is not over.
 *
 * A client that leaves, and one that has nothing more to send and reads on, look the same: both send a FIN. So `probe` writes
 * something that every client skips, at once and then every 250 ms, `most` times. The system of a client that is gone resets the
 * connection then; the next write meets the reset, and the response emits `close`. So two probes do, and three over slow lines.
 */
export const noticeGone = (response: ServerResponse, probe: () => void, most = Infinity): void => {
  const { socket } = response
  if (socket === null) return
  let timer: NodeJS.Timeout | undefined
  let probes = 0
  const next = () => {
    if (++probes >= most) clearInterval(timer)
    probe()
  }
  const start = () => {
    timer = setInterval(next, probeEveryMs).unref()
    next()
  }
  if (socket.readableEnded) start()
  else socket.once("end", start)
  response.once("close", () => {
    socket.off("end", start)
    clearInterval(timer)
  })
}

const probeEveryMs = 250
