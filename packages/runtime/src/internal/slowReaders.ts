/** Cuts connections whose senders do not read their answers. */
import { Duration } from "effect"
import type { Socket } from "node:net"

/** How fast a sender must read what waits for it. */
export interface ReadingPace {
  /** How long it may take less. */
  readonly within: Duration.Duration
  /** How many bytes of waiting answers it must take in that time. */
  readonly bytes: number
}

/**
 * 8 KiB a second, over 15 s. The system's buffer takes the first of an answer, often megabytes, and is refilled in
 * bursts; so a shorter time would cut readers that are fast enough.
 */
export const defaultPace: ReadingPace = { within: Duration.seconds(15), bytes: 15 * 8 * 1024 }

/** Since when a connection has not taken enough, and how many bytes it had taken then. */
interface Wait {
  readonly since: number
  readonly taken: number
}

/**
 * Looks at all connections once a second or more often, as the pace requires; nothing is done per request. Returns how to
 * stop.
 *
 * A cut connection is reset: closing it in order would leave the answer in the system's memory until it gives up.
 */
export const cutSlowReaders = (
  connections: { readonly keys: () => Iterable<Socket> },
  pace: ReadingPace,
): (() => void) => {
  const withinMs = Duration.toMillis(pace.within)
  const waits = new WeakMap<Socket, Wait>()
  const look = (socket: Socket, now: number) => {
    const waiting = socket.writableLength
    if (waiting === 0) return void waits.delete(socket)
    const taken = socket.bytesWritten - waiting
    const wait = waits.get(socket)
    if (wait === undefined || taken - wait.taken >= pace.bytes) waits.set(socket, { since: now, taken })
    else if (now - wait.since >= withinMs) socket.resetAndDestroy()
  }
  const timer = setInterval(
    () => {
      const now = performance.now()
      for (const socket of connections.keys()) look(socket, now)
    },
    Math.min(1_000, withinMs / 4),
  ).unref()
  return () => clearInterval(timer)
}
