/** What a payload becomes: refused, or bounded in time and size; and a lead that ends its worker does not stop others. */
import { assert, describe, it } from "@effect/vitest"
import { Effect, Schedule } from "effect"
import { TestProcess } from "@lead-gateway/testkit"
import { gzipSync } from "node:zlib"
import { inRepository, makeFolder, ownPort } from "../faults/support/places.ts"
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

/** Starts a worker again and again, as a supervisor does; how its processes ended so far. */
const superviseWorker = Effect.fnUntraced(function* (target: Target, nodeFlags: ReadonlyArray<string>) {
  const folder = yield* makeFolder
  const port = yield* ownPort
  const ends: Array<{ readonly code: number | null; readonly signal: string | null }> = []
  const once = Effect.gen(function* () {
    const worker = yield* TestProcess.spawn({
      program: inRepository("apps/cli/src/main.ts"),
      args: ["worker"],
      cwd: folder,
      nodeFlags,
      env: {
        DATABASE_URL: target.databaseUrl,
        QUEUE_TYPE: "database",
        CUSTOMER_API_URL: target.customer.url,
        CUSTOMER_API_TOKEN: "customer-token",
        CUSTOMER_API_TIMEOUT: "1s",
        RETRY_SCAN_INTERVAL: "1s",
        WORKER_PORT: String(port),
      },
    })
    ends.push(yield* worker.exited)
    // Nobody has to wait for the leases of a dead worker here.
    yield* query(target.databaseUrl, "UPDATE work SET leased_until = now() WHERE lease IS NOT NULL")
  }).pipe(Effect.scoped)
  yield* Effect.forkScoped(Effect.forever(Effect.ignore(once)))
  return ends
})

describe("a lead that ends its worker by its memory", () => {
  it.live("rests, is worked on alone, and does not keep other leads from their customer", () =>
    Effect.gen(function* () {
      const target = yield* makeTarget({ env: { MAX_BODY_BYTES: String(24 * megabyte) } })
      const lists = Array(2_000_000).fill("[]").join(",")
      // Whether or not the answer comes in time: the lead is stored.
      yield* post(
        target,
        `{"phone":"+49123456789","zipcode":"66123","house":{"is_owner":true},"a":[${lists}]}`,
      )
      const poison = yield* query<{ id: string }>(target.databaseUrl, "SELECT id::text AS id FROM lead")
      assert.lengthOf(poison, 1)
      const senders = yield* sendHonestly(target.url, 20)
      const ends = yield* superviseWorker(target, ["--max-old-space-size=96"])
      yield* Effect.sleep("22 seconds")
      const { answers } = yield* senders.report
      assert.deepStrictEqual(Object.keys(answers), ["200"])
      assert.isAtLeast(ends.length, 1, "the lead must end its worker, or this test shows nothing")
      assert.isAtMost(ends.length, 3)
      const left = query<{ left: number }>(
        target.databaseUrl,
        "SELECT count(*)::integer AS left FROM inbound_lead WHERE status <> 'DELIVERED'",
      )
      yield* Effect.repeat(left, {
        until: ([row]) => row?.left === 1,
        schedule: Schedule.spaced("500 millis"),
      }).pipe(Effect.timeout("30 seconds"))
      const events = yield* query<{ type: string }>(
        target.databaseUrl,
        `SELECT type FROM lead_event WHERE lead_id = ${poison[0]?.id}`,
      )
      assert.include(
        events.map(({ type }) => type),
        "snoozed",
      )
    }).pipe(Effect.scoped),
  )
})
