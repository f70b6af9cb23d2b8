/** A lead that ends its worker by its memory does not stop others. */
import { assert, it } from "@effect/vitest"
import { TestProcess } from "@lead-gateway/testkit"
import { commandLine } from "@lead-gateway/testkit/command-line"
import { Effect, Schedule } from "effect"
import { gzipSync } from "node:zlib"
import { sendHonestly } from "../attacks/support/honestSenders.ts"
import { makeTarget, type Target } from "../attacks/support/Target.ts"
import { makeFolder, ownPort } from "../faults/support/places.ts"
import { query } from "../faults/support/Rows.ts"

const megabyte = 1024 ** 2

/** Sends a webhook whose answer may never come: its lead is stored all the same. */
const post = (target: Target, body: string) =>
  Effect.promise(() =>
    fetch(`${target.url}/webhooks/leads`, {
      method: "POST",
      headers: { "content-type": "application/json", "content-encoding": "gzip" },
      body: gzipSync(body),
    }).then((response) => response.arrayBuffer()),
  )

/** Starts a worker again and again, as a supervisor does; how its processes ended so far. */
const superviseWorker = Effect.fnUntraced(function* (target: Target, nodeFlags: ReadonlyArray<string>) {
  const folder = yield* makeFolder
  const port = yield* ownPort
  const ends: Array<{ readonly code: number | null; readonly signal: string | null }> = []
  const once = Effect.gen(function* () {
    const worker = yield* TestProcess.spawn({
      program: commandLine,
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

it.live(
  "a lead that ends its worker by its memory rests, is worked on alone, and does not keep other leads from their customer",
  () =>
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
