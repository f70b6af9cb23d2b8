/** What an attacker does on each of its connections, as data: it is done in another process. */
import { setTimeout as sleep } from "node:timers/promises"
import type { RawSocket } from "./rawSocket.ts"

/** One step; the next one begins when it is done. */
export type Step =
  | { readonly do: "write"; readonly bytes: string | Uint8Array }
  /** Writes in pieces of 64 KiB, until the other side answers or closes the connection. */
  | { readonly do: "pour"; readonly bytes: Uint8Array }
  /** The same so many times over, whatever the other side answers, until it closes the connection. */
  | { readonly do: "flood"; readonly bytes: Uint8Array; readonly times: number }
  | { readonly do: "sleep"; readonly ms: number }
  /** Waits until so many connections have come to this step; at most so long. */
  | { readonly do: "gather"; readonly connections: number; readonly ms: number }
  /** Waits for a whole answer with a body. */
  | { readonly do: "answered" }
  /** Waits until the other side has ended the connection. */
  | { readonly do: "ended" }

/** An attack on so many connections at once. */
export interface Script {
  readonly connections: number
  readonly steps: ReadonlyArray<Step>
  /** When a connection is given up; after 15 s unless given. */
  readonly withinMs?: number
}

/** What became of one attacker's connection. */
export interface Fate {
  /** Undefined where the connection was refused. */
  readonly received: string | undefined
  /** How many bytes the system has taken. */
  readonly sent: number
  /** Whether the other side had closed it. */
  readonly isClosed: boolean
}

/** Does the steps on one connection. */
export const follow = async (
  socket: RawSocket,
  steps: ReadonlyArray<Step>,
  gathering: Gathering,
): Promise<void> => {
  for (const step of steps) {
    switch (step.do) {
      case "write":
        await socket.write(step.bytes)
        break
      case "pour":
        await pour(socket, step.bytes, () => socket.socket.destroyed || answer.test(socket.received()))
        break
      case "flood":
        for (let i = 0; i < step.times; i++) await pour(socket, step.bytes, () => socket.socket.destroyed)
        break
      case "sleep":
        await sleep(step.ms)
        break
      case "gather":
        await gathering.come(step.connections, step.ms)
        break
      case "answered":
        await socket.until(answer, 20_000)
        break
      case "ended":
        await socket.ended(20_000)
        break
    }
  }
}

const answer = /HTTP\/1\.1 [2-5][^]*\}$/
const pieceBytes = 65_536

const pour = async (socket: RawSocket, bytes: Uint8Array, isOver: () => boolean): Promise<void> => {
  for (let at = 0; at < bytes.length && !isOver(); at += pieceBytes) {
    await Promise.race([socket.write(bytes.subarray(at, at + pieceBytes)), sleep(3000)])
  }
}

/** A place where connections wait for each other. */
export interface Gathering {
  readonly come: (connections: number, ms: number) => Promise<void>
}

export const makeGathering = (): Gathering => {
  let present = 0
  const all = Promise.withResolvers<void>()
  return {
    come: async (connections, ms) => {
      if (++present >= connections) all.resolve()
      await Promise.race([all.promise, sleep(ms)])
    },
  }
}
