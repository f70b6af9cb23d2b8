/** Connections and requests at once, and how long a refused sender is listened to. */
import { assert, describe, it } from "@effect/vitest"
import { Effect } from "effect"
import { setTimeout as sleep } from "node:timers/promises"
import type { Step } from "./support/attackScript.ts"
import { attackers, head, leadOf, statuses, underAttack } from "./support/attackers.ts"
import { rawSocket, statusOf } from "./support/rawSocket.ts"

const MiB = 1024 ** 2

describe("a refused sender", () => {
  const endless = Buffer.from(`10000\r\n${"x".repeat(65_536)}\r\n`.repeat(100))
  const attacks = [
    { name: "unauthorized, 100 MB", status: 401, headers: [`Content-Length: ${100 * MiB}`], auth: true },
    { name: "endless chunks", status: 413, headers: ["Transfer-Encoding: chunked"] },
  ]
  const secrets = {
    ENABLE_AUTH: "true",
    SHARED_SECRET: "open-sesame-please",
    OPERATOR_TOKENS: "operator-token",
  }

  it.live.each(attacks)("is not read to the end, and gets its answer: $name", ({ auth, headers, status }) =>
    Effect.gen(function* () {
      const { result } = yield* underAttack(
        (target) =>
          attackers(target, {
            connections: 10,
            steps: [
              { do: "write", bytes: head(...headers) },
              { do: "flood", bytes: endless, times: 16 },
              { do: "answered" },
            ],
            withinMs: 4000,
          }),
        auth === true ? { env: secrets } : {},
      )
      assert.deepStrictEqual(
        statuses(result),
        Array.from({ length: 10 }, () => status),
      )
      // What the system's buffers take of a sender, whose limit here is 6 MiB, is not read by the process.
      for (const { isClosed, sent } of result) {
        assert.isTrue(isClosed)
        assert.isBelow(sent, 12 * MiB)
      }
    }).pipe(Effect.scoped),
  )
})

describe("connections", () => {
  it.live("that drip on 1,000 connections keep no honest sender waiting", () =>
    Effect.gen(function* () {
      const { answers } = yield* underAttack((target) =>
        attackers(target, {
          connections: 1000,
          steps: [
            { do: "write", bytes: head("Content-Length: 1000000") },
            ...Array.from({ length: 8 }, (): ReadonlyArray<Step> => [
              { do: "write", bytes: "x" },
              { do: "sleep", ms: 500 },
            ]).flat(),
          ],
        }),
      )
      assert.isAtLeast(answers["200"] ?? 0, 190)
    }).pipe(Effect.scoped),
  )

  it.live("beyond the limit are refused, while health checks and honest senders are served", () =>
    Effect.gen(function* () {
      const statusesOfHealth: Array<number> = []
      const { answers } = yield* underAttack(
        (target) =>
          Effect.all(
            [
              attackers(target, {
                connections: 600,
                steps: [
                  { do: "write", bytes: "POST /webhooks/leads HTTP/1.1\r\nHost: 127.0.0.1\r\n" },
                  { do: "sleep", ms: 4000 },
                ],
              }),
              Effect.promise(async () => {
                for (let i = 0; i < 16; i++) {
                  await sleep(250)
                  const probe = await rawSocket(target.port)
                  await probe.write("GET /livez HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")
                  statusesOfHealth.push(statusOf(await probe.until(/OK$/, 5000)))
                  probe.socket.destroy()
                }
              }),
            ],
            { concurrency: "unbounded", discard: true },
          ),
        { env: { MAX_CONNECTIONS: "300" } },
      )
      assert.deepStrictEqual(
        statusesOfHealth,
        Array.from({ length: 16 }, () => 200),
      )
      assert.isAtLeast(answers["200"] ?? 0, 150)
    }).pipe(Effect.scoped),
  )

  it.live("with 10,000 requests at once get as many answers as may be pipelined", () =>
    Effect.gen(function* () {
      const body = leadOf(200).toString()
      const all = Buffer.from(`${head(`Content-Length: ${body.length}`)}${body}`.repeat(10_000))
      const { result } = yield* underAttack((target) =>
        attackers(target, {
          connections: 10,
          steps: [{ do: "flood", bytes: all, times: 1 }, { do: "ended" }],
        }),
      )
      const got = statuses(result)
      assert.isAtMost(got.filter((status) => status === 200).length, 1000)
      assert.isAtLeast(got.filter((status) => status === 503).length, 1)
    }).pipe(Effect.scoped),
  )
})
