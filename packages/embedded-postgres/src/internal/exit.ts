/**
 * Stops servers that are left when the process exits: a stop that was cut, a `process.exit` somewhere.
 *
 * The watchdog would stop them too, but a moment later, and one that is suspended after a minute. The process waits 0.4 s
 * at most: 0.2 s for a fast shutdown, as long for an immediate one, then SIGKILL. The next start recovers the database.
 */
import { exists } from "./processes.ts"

/** A server that may be left. */
interface Left {
  readonly pid: () => number | undefined
  readonly hasEnded: () => boolean
  readonly ended: Promise<void>
}

const running = new Set<Left>()

/** Stops the server when the process exits, unless it has ended before. */
export const endAtExit = (server: Left): void => {
  if (running.size === 0) process.on("exit", endAll)
  running.add(server)
  const forget = () => {
    running.delete(server)
    if (running.size === 0) process.off("exit", endAll)
  }
  void server.ended.then(forget)
}

/** The event loop is over: nothing asynchronous runs any more. */
const endAll = (): void => {
  let left = [...running].flatMap((server) => (server.hasEnded() ? [] : (server.pid() ?? [])))
  for (const signal of ["SIGINT", "SIGQUIT"] as const) {
    for (const pid of left) send(pid, signal)
    const until = performance.now() + 200
    while (left.length > 0 && performance.now() < until) {
      Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 5)
      left = left.filter(exists)
    }
  }
  for (const pid of left) send(pid, "SIGKILL")
}

const send = (pid: number, signal: NodeJS.Signals): void => {
  try {
    process.kill(pid, signal)
  } catch {
    // It has ended.
  }
}
