/** What a payload becomes: refused, or bounded in time and size. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { gzipSync } from "node:zlib"
import { query } from "../faults/support/Rows.ts"
import { sendHonestly } from "./support/honestSenders.ts"
import { makeTarget, peakMiB, type Target } from "./support/Target.ts"

const megabyte = 1024 ** 2

const start = '{"phone":"+49123456789","zipcode":"66123","house":{"is_owner":true},"a":['

/** A lead of a megabyte, whose list has as many of an item as there is room for. */
const filled = (item: string): string => {
  const count = Math.floor((megabyte - start.length - 2) / (Buffer.byteLength(item) + 1))
  return `${start}${Array<string>(count).fill(item).join(",")}]}`
}

const post = (target: Target, body: string) =>
  Effect.promise(async () => {
    const response = await fetch(`${target.url}/webhooks/leads`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(body),
    })
    return { status: response.status, body: (await response.json()) as { error?: string; lead_id?: number } }
  })

const historyBytes = (target: Target, id: number | undefined) =>
  Effect.promise(async () => {
    const response = await fetch(`${target.url}/stats/leads/${id}/history`)
    // Without the escapes of what would steer a terminal: they are longer than what was sent.
    const text = (await response.text())
      .replaceAll(String.raw`\u007f`, "\u007f")
      .replaceAll(String.raw`\u2028`, "\u2028")
    return { bytes: Buffer.byteLength(text), status: (JSON.parse(text) as { status: string }).status }
  })

/** The history of a lead once it is decided. */
const decided = (target: Target, id: number) =>
  historyBytes(target, id).pipe(
    Effect.repeat({ until: ({ status }) => status !== "RECEIVED", schedule: Schedule.spaced("200 millis") }),
    Effect.timeout("20 seconds"),
    Effect.orDie,
  )

describe("numbers that expand", () => {
  it.live("are refused with their reason, and cost no memory; honest senders do not notice", () =>
    Effect.gen(function* () {
      const target = yield* makeTarget({ memoryMiB: 512 })
      const senders = yield* sendHonestly(target.url)
      for (const number of ["1e-400", "1e400", "-1e-399", "1E+390", "1e20"]) {
        const { body, status } = yield* post(target, filled(number))
        assert.strictEqual(status, 400, number)
        assert.include(body.error, "JSON has numbers that would expand")
        yield* Effect.sleep("500 millis")
      }
      const { answers, p99 } = yield* senders.report
      assert.deepStrictEqual(Object.keys(answers), ["200"])
      assert.isBelow(p99, 500)
      assert.isBelow(peakMiB(target.api.pid), 512)
    }).pipe(Effect.scoped),
  )
})

describe("payloads of a megabyte", () => {
  it.live(
    "make histories of less than 4 MiB, in the database and in answers, while honest leads are delivered",
    () =>
      Effect.gen(function* () {
        const target = yield* makeTarget({ worker: true })
        const senders = yield* sendHonestly(target.url, 20)
        const texts = ["\u{1D160}", "\u0958", "\u007f", "\u2028", "\\ud800", "\\u0001", "e\u0301"]
        const items = [
          ...texts.map((text) => `"${text}"`),
          `"${"\u{1D160}".repeat(1000)}"`,
          "1e1",
          "1E-9",
          "[]",
          "{}",
          '{"":0}',
        ]
        const ids: Array<number> = []
        for (const item of items) {
          const { body, status } = yield* post(target, filled(item))
          if (status === 400) continue
          assert.strictEqual(status, 200, `${item.slice(0, 20)} ${body.error}`)
          ids.push(body.lead_id ?? 0)
        }
        assert.isAbove(ids.length, 5)
        for (const id of ids) {
          const found = yield* decided(target, id)
          assert.isBelow(found.bytes, 4 * megabyte)
        }
        const { answers } = yield* senders.report
        assert.deepStrictEqual(Object.keys(answers), ["200"])
        const [largest] = yield* query<{ size: number }>(
          target.databaseUrl,
          "SELECT max(length(raw_payload::text) + coalesce(length(normalized_payload::text), 0) + coalesce(length(customer_payload::text), 0))::float8 AS size FROM inbound_lead",
        )
        assert.isBelow(Number(largest?.size), 4 * megabyte)
      }).pipe(Effect.scoped),
  )
})
