import { assert } from "@effect/vitest"
import { Effect, type Scope } from "effect"
import { setTimeout as sleep } from "node:timers/promises"
import { sendHonestly } from "./honestSenders.ts"
import { type RawSocket, rawSocket } from "./rawSocket.ts"
import { makeTarget, peakMiB, type Target, type TargetOptions } from "./Target.ts"

/** The head of a webhook. */
export const head = (...headers: ReadonlyArray<string>): string =>
  [
    "POST /webhooks/leads HTTP/1.1",
    "Host: 127.0.0.1",
    "Content-Type: application/json",
    ...headers,
    "",
    "",
  ].join("\r\n")

/** The body of a lead, of about so many bytes. */
export const leadOf = (bytes: number, filling = "x"): Buffer =>
  Buffer.from(
    JSON.stringify({
      email: "customer@example.com",
      phone: "+49123456789",
      zipcode: "66123",
      house: { is_owner: true },
      notes: filling.repeat(Math.max(0, Math.floor((bytes - 130) / Buffer.byteLength(filling)))),
    }),
  )

/** A body in chunks of a size, with the last one. */
export const inChunks = (body: Buffer, size: number): Buffer => {
  const parts: Array<Buffer> = []
  for (let at = 0; at < body.length; at += size) {
    const part = body.subarray(at, at + size)
    parts.push(Buffer.from(`${part.length.toString(16)}\r\n`), part, Buffer.from("\r\n"))
  }
  return Buffer.concat([...parts, Buffer.from("0\r\n\r\n")])
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

/** The statuses of all answers, in the order of the connections. */
export const statuses = (fates: ReadonlyArray<Fate>): ReadonlyArray<number> =>
  fates.flatMap(({ received = "" }) =>
    [...received.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) => Number(status)),
  )

/** Writes in pieces of 64 KiB, until the other side has closed the connection. */
export const pour = async (socket: RawSocket, bytes: Buffer): Promise<void> => {
  for (let at = 0; at < bytes.length && !socket.socket.destroyed; at += 65_536) {
    await Promise.race([socket.write(bytes.subarray(at, at + 65_536)), sleep(3000)])
  }
}

/** Waits for a whole answer with a body. */
export const answered = (socket: RawSocket, withinMs = 20_000): Promise<string> =>
  socket.until(/HTTP\/1\.1 [2-5][^]*\}$/, withinMs)

/** Attacks on so many connections at once, for at most so long; returns what became of them. */
export const attackers = (
  { port }: Target,
  connections: number,
  attack: (socket: RawSocket, index: number) => Promise<unknown>,
  withinMs = 15_000,
): Effect.Effect<ReadonlyArray<Fate>> =>
  Effect.promise(() =>
    Promise.all(
      Array.from({ length: connections }, async (_, index): Promise<Fate> => {
        const socket = await rawSocket(port).catch(() => undefined)
        if (socket === undefined) return { received: undefined, sent: 0, isClosed: true }
        const over = new AbortController()
        await Promise.race([
          attack(socket, index).catch(() => undefined),
          sleep(withinMs, undefined, { signal: over.signal }).catch(() => undefined),
        ])
        over.abort()
        const { bytesWritten, destroyed, readableEnded, writableLength } = socket.socket
        socket.socket.destroy()
        return {
          received: socket.received(),
          sent: bytesWritten - writableLength,
          isClosed: destroyed || readableEnded,
        }
      }),
    ),
  )

/** Bounds that hold under an attack, other than the usual ones. */
export interface Bounds extends Pick<TargetOptions, "env"> {
  /** The peak of the api's memory; 256 MiB of its own, and what its program maps. */
  readonly peakMiB?: number
  /** Within how many milliseconds 99 of 100 honest leads are answered; 200 unless set. */
  readonly p99Ms?: number
}

/** How long honest senders are watched, at least: of 300 leads, three may take longer than 200 ms. */
const watchedSeconds = 6

/**
 * Attacks an api of 256 MiB, while honest senders send. It must live, its memory stay bounded, and 99 of 100 honest leads be
 * answered within 200 ms.
 */
export const underAttack = Effect.fnUntraced(function* <A>(
  attack: (target: Target) => Effect.Effect<A, never, Scope.Scope>,
  bounds: Bounds = {},
) {
  const target = yield* makeTarget({
    memoryMiB: 256,
    env: { LOG_LEVEL: "warn", ...bounds.env },
  })
  const senders = yield* sendHonestly(target.url)
  yield* Effect.sleep("1 second")
  const begin = performance.now()
  const result = yield* attack(target)
  const restMs = watchedSeconds * 1000 - (performance.now() - begin)
  if (restMs > 0) yield* Effect.sleep(restMs)
  const { answers, p99 } = yield* senders.report
  const peak = peakMiB(target.api.pid)
  assert.isBelow(peak, bounds.peakMiB ?? 330)
  assert.isBelow(p99, bounds.p99Ms ?? 200)
  return { result, answers, target, peak, p99 }
})
