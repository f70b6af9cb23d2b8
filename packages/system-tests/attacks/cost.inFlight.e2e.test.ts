/** Bytes that all requests hold together: bodies that finish at once, bodies that never finish, bodies that grow. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { setTimeout as sleep } from "node:timers/promises"
import { brotliCompressSync, gzipSync } from "node:zlib"
import { answered, attackers, head, leadOf, pour, statuses, underAttack } from "./support/attackers.ts"

const MiB = 1024 ** 2

/** How many leads of more than 100 kB are stored. */
const storedLarge = (url: string) =>
  Effect.gen(function* () {
    const sql = yield* PgClient.makeClient({ url: Redacted.make(url) })
    const rows = yield* sql<{ n: number }>`
      SELECT count(*)::float8 AS n FROM lead WHERE octet_length(raw_payload::text) > 100000`
    return rows[0]?.n ?? Number.NaN
  }).pipe(Effect.provide(Reactivity.layer), Effect.orDie)

describe("bodies of 1 MiB", () => {
  it.live(
    "that finish together on 1,500 connections are stored and answered 200, or refused and not stored",
    () =>
      Effect.gen(function* () {
        const body = leadOf(MiB)
        const most = body.subarray(0, -1)
        const last = body.subarray(-1)
        let ready = 0
        const all = Promise.withResolvers<void>()
        const { answers, result, target } = yield* underAttack(
          (target) =>
            attackers(target, 1500, async (socket) => {
              await socket.write(head(`Content-Length: ${body.length}`))
              await Promise.race([pour(socket, most), answered(socket)])
              if (++ready === 1400) all.resolve()
              await Promise.race([all.promise, sleep(5000)])
              await socket.write(last)
              await answered(socket)
            }),
          // libuv accepts one connection in each turn of the event loop, so new ones wait behind the 1,500.
          { p99Ms: 10_000 },
        )
        const got = statuses(result)
        const accepted = got.filter((status) => status === 200).length
        const refused = got.filter((status) => status === 503).length
        assert.strictEqual(accepted + refused, got.length)
        assert.isAtLeast(refused, 100)
        assert.strictEqual(yield* storedLarge(target.databaseUrl), accepted)
        assert.includeMembers(["200", "503"], Object.keys(answers))
      }).pipe(Effect.scoped),
  )

  it.live("that lack their last byte for ever make room for honest senders", () =>
    Effect.gen(function* () {
      const body = leadOf(MiB)
      const { answers } = yield* underAttack((target) =>
        attackers(
          target,
          600,
          async (socket) => {
            await socket.write(head(`Content-Length: ${body.length}`))
            await Promise.race([pour(socket, body.subarray(0, -1)), answered(socket)])
            await sleep(6000)
          },
          8000,
        ),
      )
      const { 200: accepted = 0, ...others } = answers
      const refused = Object.values(others).reduce((sum, count) => sum + count, 0)
      // The second until the oldest ones make room.
      assert.isAtMost(refused, 100)
      assert.isAtLeast(accepted, 200)
    }).pipe(Effect.scoped),
  )
})

describe("compressed bodies", () => {
  it.live("that become 200 MiB are refused at the limit of a body", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(200 * MiB))
      const { result } = yield* underAttack((target) =>
        attackers(target, 20, async (socket) => {
          await socket.write(head("Content-Encoding: gzip", `Content-Length: ${bomb.length}`))
          await pour(socket, bomb)
          await answered(socket)
        }),
      )
      assert.deepStrictEqual(new Set(statuses(result)), new Set([413]))
      assert.lengthOf(statuses(result), 20)
    }).pipe(Effect.scoped),
  )

  it.live("that arrive slowly on 800 connections hold no decoders", () =>
    Effect.gen(function* () {
      const body = brotliCompressSync(leadOf(1_000_000))
      const { answers, result } = yield* underAttack(
        (target) =>
          attackers(target, 800, async (socket) => {
            await socket.write(head("Content-Encoding: br", "Content-Length: 60000"))
            for (let i = 0; i < 10; i++) {
              await socket.write(body.subarray(i * 10, i * 10 + 10))
              await sleep(500)
            }
          }),
        { peakMiB: 280 },
      )
      assert.deepStrictEqual(statuses(result), [])
      assert.deepStrictEqual(Object.keys(answers), ["200"])
    }).pipe(Effect.scoped),
  )
})
