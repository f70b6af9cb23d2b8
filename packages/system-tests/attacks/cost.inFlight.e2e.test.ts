/** Bytes that all requests hold together: bodies that finish at once, bodies that never finish, bodies that grow. */
import { PgClient } from "@effect/sql-pg"
import { assert, describe, it } from "@effect/vitest"
import { Effect, Redacted } from "effect"
import * as Reactivity from "effect/reactivity/Reactivity"
import { brotliCompressSync, gzipSync } from "node:zlib"
import type { Step } from "./support/attackScript.ts"
import { attackers, head, leadOf, statuses, underAttack } from "./support/attackers.ts"

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
        const { answers, result, target } = yield* underAttack((target) =>
          attackers(target, {
            connections: 1500,
            steps: [
              { do: "write", bytes: head(`Content-Length: ${body.length}`) },
              { do: "pour", bytes: most },
              { do: "gather", connections: 1400, ms: 5000 },
              { do: "write", bytes: last },
              { do: "answered" },
            ],
          }),
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
        attackers(target, {
          connections: 600,
          steps: [
            { do: "write", bytes: head(`Content-Length: ${body.length}`) },
            { do: "pour", bytes: body.subarray(0, -1) },
            { do: "sleep", ms: 4000 },
          ],
          withinMs: 5000,
        }),
      )
      const { 200: accepted = 0, ...others } = answers
      const refused = Object.values(others).reduce((sum, count) => sum + count, 0)
      // The second until the oldest ones make room.
      assert.isAtMost(refused, 100)
      assert.isAtLeast(accepted, 150)
    }).pipe(Effect.scoped),
  )
})

describe("compressed bodies", () => {
  it.live("that become 200 MiB are refused at the limit of a body", () =>
    Effect.gen(function* () {
      const bomb = gzipSync(Buffer.alloc(200 * MiB))
      const { result } = yield* underAttack((target) =>
        attackers(target, {
          connections: 20,
          steps: [
            { do: "write", bytes: head("Content-Encoding: gzip", `Content-Length: ${bomb.length}`) },
            { do: "pour", bytes: bomb },
            { do: "answered" },
          ],
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
          attackers(target, {
            connections: 800,
            steps: [
              { do: "write", bytes: head("Content-Encoding: br", "Content-Length: 60000") },
              ...Array.from({ length: 8 }, (_, i): ReadonlyArray<Step> => [
                { do: "write", bytes: body.subarray(i * 10, i * 10 + 10) },
                { do: "sleep", ms: 500 },
              ]).flat(),
            ],
          }),
        { peakMiB: 280 },
      )
      assert.deepStrictEqual(statuses(result), [])
      // While 800 connect at once, the event loop may be late for a lead or two: 503 "overloaded". None is refused for room.
      const { 200: accepted = 0, ...others } = answers
      const refused = Object.values(others).reduce((sum, count) => sum + count, 0)
      assert.isAtMost(refused, 0.02 * (accepted + refused))
    }).pipe(Effect.scoped),
  )
})
