import { once } from "node:events"
import { connect, type Socket } from "node:net"

/** A connection on which every byte is the test's own. */
export interface RawSocket {
  readonly socket: Socket
  /** Writes, and waits while the other side takes nothing more. */
  readonly write: (bytes: string | Uint8Array) => Promise<void>
  /** Everything received so far, as Latin-1. */
  readonly received: () => string
  /** Waits until what was received matches, or the connection has ended; returns what was received. */
  readonly until: (pattern: RegExp, withinMs?: number) => Promise<string>
  /** Waits for the end of the connection; returns what was received. Rejects when it stays open. */
  readonly ended: (withinMs?: number) => Promise<string>
}

/** Connects. An error of the connection, such as a reset, counts as its end. */
export const rawSocket = async (port: number): Promise<RawSocket> => {
  const socket = connect({ port, host: "127.0.0.1", allowHalfOpen: true })
  let text = ""
  let isOver = false
  const watchers = new Set<() => void>()
  const wake = () => watchers.forEach((watcher) => watcher())
  const over = () => {
    isOver = true
    wake()
  }
  socket
    .setEncoding("latin1")
    .on("data", (chunk: string) => {
      text += chunk
      wake()
    })
    .on("end", over)
    .on("error", over)
    .on("close", over)
  await once(socket, "connect")

  const waitFor = (holds: () => boolean, what: string, withinMs: number) =>
    new Promise<string>((resolve, reject) => {
      const timer = setTimeout(() => {
        watchers.delete(watcher)
        reject(
          new Error(`${what}: not within ${withinMs} ms; received ${JSON.stringify(text.slice(0, 300))}`),
        )
      }, withinMs)
      const watcher = () => {
        if (!holds()) return
        clearTimeout(timer)
        watchers.delete(watcher)
        resolve(text)
      }
      watchers.add(watcher)
      watcher()
    })

  return {
    socket,
    write: async (bytes) => {
      if (isOver || socket.destroyed || socket.write(bytes)) return
      await Promise.race([once(socket, "drain"), once(socket, "close")]).catch(() => undefined)
    },
    received: () => text,
    until: (pattern, withinMs = 10_000) =>
      waitFor(() => isOver || pattern.test(text), `an answer that matches ${String(pattern)}`, withinMs),
    ended: (withinMs = 10_000) => waitFor(() => isOver, "the end of the connection", withinMs),
  }
}

/** The status of the first answer in what was received. */
export const statusOf = (received: string): number => Number(/^HTTP\/1\.1 (\d{3}) /.exec(received)?.[1])
