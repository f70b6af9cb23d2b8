/** Bodies in small chunks: each chunk is an event, and cost half a KiB while every one was kept. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"
import type { Fate } from "./support/attackScript.ts"
import { attackers, head, inChunks, leadOf, statuses, underAttack } from "./support/attackers.ts"
import type { Target } from "./support/Target.ts"

describe("a body of 1 MB", () => {
  const chunked = head("Transfer-Encoding: chunked")
  const chunkedGzip = head("Transfer-Encoding: chunked", "Content-Encoding: gzip")
  const lead = leadOf(1_000_000)

  const refused = (wire: Buffer, start: string, connections: number) => (target: Target) =>
    attackers(target, {
      connections,
      steps: [{ do: "write", bytes: start }, { do: "pour", bytes: wire }, { do: "answered" }],
    })
  const assertRefused = (result: ReadonlyArray<Fate>, connections: number) => {
    // All arrive together, so the event loop may be late for some of them: 503, before the body is read.
    const refusals = result.map(({ received = "" }) => received)
    const isSmallChunks = (text: string) => text.includes('"error":"body in too many small chunks"')
    const isOverload = (text: string) => text.includes('"error":"overloaded"')
    assert.lengthOf(
      refusals.filter((text) => isSmallChunks(text) || isOverload(text)),
      connections,
    )
    assert.isAtLeast(refusals.filter(isSmallChunks).length, connections / 2)
  }

  it.live("in chunks of 1, compressed or not, is refused early, on 20 connections", () =>
    Effect.gen(function* () {
      const plain = refused(inChunks(lead, 1), chunked, 10)
      const compressed = refused(inChunks(gzipSync(randomBytes(500_000)), 1), chunkedGzip, 10)
      const { result } = yield* underAttack((target) =>
        Effect.all([plain(target), compressed(target)], { concurrency: "unbounded" }),
      )
      assertRefused(result.flat(), 20)
    }).pipe(Effect.scoped),
  )

  it.live("in chunks of 2 is refused early, on 40 connections", () =>
    Effect.gen(function* () {
      const { result } = yield* underAttack(refused(inChunks(lead, 2), chunked, 40))
      assertRefused(result, 40)
    }).pipe(Effect.scoped),
  )

  it.live("in segments of 536 bytes, as slow networks have, is read", () =>
    Effect.gen(function* () {
      const { result } = yield* underAttack((target) =>
        attackers(target, {
          connections: 4,
          steps: [
            { do: "write", bytes: chunked },
            { do: "pour", bytes: inChunks(lead, 536) },
            { do: "answered" },
          ],
        }),
      )
      assert.deepStrictEqual(statuses(result), [200, 200, 200, 200])
    }).pipe(Effect.scoped),
  )
})
