/** Bodies in small chunks: each chunk is an event, and cost half a KiB while every one was kept. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { randomBytes } from "node:crypto"
import { gzipSync } from "node:zlib"
import {
  answered,
  attackers,
  head,
  inChunks,
  leadOf,
  pour,
  statuses,
  underAttack,
} from "./support/attackers.ts"

describe("a body of 1 MB", () => {
  it.live.each([
    { connections: 10, size: 1 },
    { connections: 40, size: 2 },
    { connections: 10, size: 100 },
  ])("in chunks of $size is refused early, on $connections connections", ({ connections, size }) =>
    Effect.gen(function* () {
      const wire = inChunks(leadOf(1_000_000), size)
      const { result } = yield* underAttack((target) =>
        attackers(target, connections, async (socket) => {
          await socket.write(head("Transfer-Encoding: chunked"))
          await Promise.race([pour(socket, wire), answered(socket)])
          await answered(socket)
        }),
      )
      assert.deepStrictEqual(new Set(statuses(result)), new Set([400]))
      for (const { received } of result) {
        assert.match(received ?? "", /"error":"body in too many small chunks"/)
        assert.match(received ?? "", /^HTTP\/1\.1 400 .*\r\n/)
      }
    }).pipe(Effect.scoped),
  )

  it.live("compressed and in chunks of one byte is refused as early", () =>
    Effect.gen(function* () {
      const wire = inChunks(gzipSync(randomBytes(500_000)), 1)
      const { result } = yield* underAttack((target) =>
        attackers(target, 10, async (socket) => {
          await socket.write(head("Transfer-Encoding: chunked", "Content-Encoding: gzip"))
          await Promise.race([pour(socket, wire), answered(socket)])
          await answered(socket)
        }),
      )
      assert.deepStrictEqual(new Set(statuses(result)), new Set([400]))
    }).pipe(Effect.scoped),
  )

  it.live("in segments of 536 bytes, as slow networks have, is read", () =>
    Effect.gen(function* () {
      const wire = inChunks(leadOf(1_000_000), 536)
      const { result } = yield* underAttack((target) =>
        attackers(target, 4, async (socket) => {
          await socket.write(head("Transfer-Encoding: chunked"))
          await pour(socket, wire)
          await answered(socket)
        }),
      )
      assert.deepStrictEqual(statuses(result), [200, 200, 200, 200])
    }).pipe(Effect.scoped),
  )
})
