import { assert } from "@effect/vitest"
import { Duration, Effect, Option, type Scope } from "effect"
import { fork } from "node:child_process"
import { once } from "node:events"
import { fileURLToPath } from "node:url"
import type { Fate, Script } from "./attackScript.ts"
import { sendHonestly } from "./honestSenders.ts"
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

/** The statuses of all answers, in the order of the connections. */
export const statuses = (fates: ReadonlyArray<Fate>): ReadonlyArray<number> =>
  fates.flatMap(({ received = "" }) =>
    [...received.matchAll(/HTTP\/1\.1 ([2-5]\d\d) /g)].map(([, status]) => Number(status)),
  )

/** Attacks from a process of its own; returns what became of each connection. */
export const attackers = Effect.fnUntraced(function* ({ port }: Target, script: Script) {
  const program = fileURLToPath(new URL("attacker.main.ts", import.meta.url))
  const child = yield* Effect.acquireRelease(
    Effect.promise(async () => {
      const child = fork(program, [], {
        detached: true,
        serialization: "advanced",
        stdio: ["ignore", "inherit", "inherit", "ipc"],
      })
      await once(child, "message")
      return child
    }),
    (child) => Effect.sync(() => child.kill("SIGKILL")),
  )
  return yield* Effect.promise(async () => {
    child.send({ port, script })
    const [fates] = (await once(child, "message")) as [ReadonlyArray<Fate>]
    return fates
  })
})

/** Bounds that hold under an attack, other than the usual ones. */
export interface Bounds extends Pick<TargetOptions, "env"> {
  /** The peak of the api's memory; 256 MiB of its own, and what its program maps. */
  readonly peakMiB?: number
  /** Within how many milliseconds 99 of 100 honest leads are answered; 200 unless set. */
  readonly p99Ms?: number
}

/** How long honest senders are watched, before an attack and at least during it: of 200 leads, two may take longer than 200 ms. */
const seconds = { before: 1, during: 3 }

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
  yield* Effect.sleep(Duration.seconds(seconds.before))
  const begin = performance.now()
  const result = yield* attack(target)
  const restMs = seconds.during * 1000 - (performance.now() - begin)
  if (restMs > 0) yield* Effect.sleep(restMs)
  const { answers, p99 } = yield* senders.report
  const end = yield* Effect.timeoutOption(target.api.exited, "1 milli")
  if (Option.isSome(end))
    assert.fail(["the api has ended", JSON.stringify(end.value), ...target.api.lines().slice(-10)].join("\n"))
  const peak = peakMiB(target.api.pid)
  assert.isBelow(peak, bounds.peakMiB ?? 330)
  assert.isBelow(p99, bounds.p99Ms ?? 200)
  return { result, answers, target, peak, p99 }
})
