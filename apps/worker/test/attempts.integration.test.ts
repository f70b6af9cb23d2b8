import { assert, describe, it } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Clock, Effect } from "effect"
import { secondsUntilRetry } from "./support/rows.ts"
import { validLead, World } from "./support/World.ts"

const { reply, resetBeforeAnswer } = CustomerBehaviour

describe("an attempt", () => {
  it.live.each([300, -300])(
    "waits as long as the customer asked by a date, with a clock that is %s s ahead",
    Effect.fnUntraced(function* (seconds) {
      const world = yield* World.make()
      const clock = skewed(yield* Clock.Clock, seconds * 1000)
      yield* Effect.provideService(world.startWorker(), Clock.Clock, clock)
      const inTenMinutes = new Date(Date.now() + 600_000).toUTCString()
      const headers = { Date: new Date().toUTCString(), "Retry-After": inTenMinutes }
      const lead = yield* world.receive({ answers: [reply({ status: 429, headers })] })
      yield* world.reached(lead.id, "FAILED")
      // Between the two dates a second may begin.
      assert.approximately(yield* secondsUntilRetry(world, lead.id), 600, 1)
    }),
  )

  it.live("is made again when what refuses connections is back", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.customer.down
      yield* world.startWorker({ backoff: "200 millis" })
      const lead = yield* world.receive()
      const failed = yield* world.reached(lead.id, "FAILED")
      assert.include(failed.deliveryAttempts[0]?.errorMessage, "refuses the connection")
      yield* world.customer.up
      const { deliveryAttempts } = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(
        [deliveryAttempts[0]?.statusCode, deliveryAttempts.at(-1)?.statusCode],
        [null, 200],
      )
    }),
  )

  it.live("is the last one after five, with longer and longer waits before each", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ backoff: "60 millis" })
      const lead = yield* world.receive({ answers: [reply({ status: 500 })] })
      const history = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.strictEqual(history.rejectionReason, "RETRIES_EXHAUSTED")
      assert.strictEqual(history.nextAttemptAt, null)
      assert.deepStrictEqual(
        history.deliveryAttempts.map(({ attemptNo }) => attemptNo),
        [1, 2, 3, 4, 5],
      )
      const rows = yield* world.sql<{ scheduled: number; kept: boolean }>`
        SELECT extract(epoch FROM retry_at - ended_at)::float8 AS scheduled, next_requested_at >= retry_at AS kept
        FROM (
          SELECT ended_at, retry_at, lead(requested_at) OVER (ORDER BY attempt_no) AS next_requested_at
          FROM attempt WHERE lead_id = ${lead.id}
        ) AS attempts WHERE retry_at IS NOT NULL ORDER BY ended_at`
      assert.strictEqual(rows.length, 4)
      for (const [index, seconds] of [0.06, 0.12, 0.24, 0.48].entries()) {
        assert.approximately(rows[index]?.scheduled ?? 0, seconds, 0.03)
      }
      assert.isTrue(rows.every(({ kept }) => kept))
      assert.strictEqual(lead.requests().length, 5)
      assert.deepStrictEqual(
        history.events.slice(-4).map(({ type }) => type),
        ["retry_scheduled", "attempt_opened", "attempt_failed", "permanently_failed"],
      )
    }),
  )

  it.live("sends the same bytes under the same key as the others of its delivery", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ backoff: "10 millis" })
      const payload = {
        ...validLead,
        solar_area: 12345678901234567890n.toString(),
        city: "Saarbrücken 🏡",
        solar_offer_type: "Kaufen",
      }
      const lead = yield* world.receive({
        payload,
        answers: [reply({ status: 503 }), resetBeforeAnswer(), reply()],
      })
      yield* world.reached(lead.id, "DELIVERED")
      const rows = yield* world.sql`
        SELECT payload::text AS body, idempotency_key::text AS key FROM delivery WHERE lead_id = ${lead.id}`
      const sent = lead.requests().map(({ body, headers }) => ({ body, key: headers["idempotency-key"] }))
      assert.deepStrictEqual(sent, [...rows, ...rows, ...rows])
    }),
  )

  it.live("names lead, sender and trace in its request", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ backoff: "10 millis" })
      const traceparent = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
      const lead = yield* world.receive({
        headers: { traceparent },
        answers: [reply({ status: 500 }), reply()],
      })
      yield* world.reached(lead.id, "DELIVERED")
      const [first, second] = lead.requests().map(({ headers }) => headers)
      assert.deepInclude(first, {
        authorization: "Bearer secret-token",
        "content-type": "application/json",
        "x-correlation-id": lead.correlationId,
      })
      assert.match(String(first?.traceparent), /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
      assert.match(String(second?.traceparent), /^00-4bf92f3577b34da6a3ce929d0e0e4736-[0-9a-f]{16}-01$/)
      assert.strictEqual(new Set([traceparent, first?.traceparent, second?.traceparent]).size, 3)
    }),
  )

  it.live("is of a trace that is the idempotency key where the sender has none, or a broken one", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      for (const headers of [{}, { traceparent: "00-nonsense" }]) {
        const lead = yield* world.receive({ headers })
        yield* world.reached(lead.id, "DELIVERED")
        const sent = lead.requests()[0]?.headers
        const trace = String(sent?.["idempotency-key"]).replaceAll("-", "")
        assert.match(String(sent?.traceparent), new RegExp(`^00-${trace}-[0-9a-f]{16}-00$`))
      }
    }),
  )

  it.live("is on record before the customer sees it", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      const seen: Array<unknown> = []
      const look = world.sql`
        SELECT status, attempt_no, success, response_status, ended_at, lease IS NOT NULL AS owned,
          leased_until BETWEEN now() + interval '15 s' AND now() + interval '20 s' AS held_for_timeout_and_15_s
        FROM inbound_lead AS lead JOIN work ON work.lead_id = lead.id JOIN delivery_attempt USING (lead_id, attempt_no)`
      const run = Effect.runPromiseWith(yield* Effect.context())
      const answer: CustomerBehaviour = {
        answer: (response) => void run(look).then((rows) => response.end(void seen.push(...rows))),
      }
      const lead = yield* world.receive({ answers: [answer] })
      yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(seen, [
        {
          status: "READY",
          attempt_no: 1,
          success: false,
          response_status: null,
          ended_at: null,
          owned: true,
          held_for_timeout_and_15_s: true,
        },
      ])
    }),
  )

  it.live("is not opened for what the customer must not get", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      const rejected = yield* world.receive({ payload: { ...validLead, zipcode: "10115" } })
      const parked = yield* world.receive({ payload: { ...validLead, phone: " " } })
      const histories = [
        yield* world.reached(rejected.id, "REJECTED"),
        yield* world.reached(parked.id, "FAILED"),
      ]
      const told = (pick: (history: (typeof histories)[number]) => unknown) => histories.map(pick)
      assert.deepStrictEqual(
        told(({ rejectionReason }) => rejectionReason),
        ["ZIP_NOT_66XXX", "MISSING_REQUIRED_FIELD"],
      )
      assert.deepStrictEqual(
        told(({ events }) => events.map(({ type }) => type)),
        [
          ["received", "rejected"],
          ["received", "parked"],
        ],
      )
      assert.deepStrictEqual(
        told(({ nextAttemptAt }) => nextAttemptAt),
        [null, null],
      )
      assert.deepStrictEqual(world.customer.requests(), [])
    }),
  )
})

/** A clock that tells another time and measures as the real one does. */
const skewed = (real: Clock.Clock, aheadMs: number): Clock.Clock => {
  const millis = () => real.currentTimeMillisUnsafe() + aheadMs
  const nanos = () => real.currentTimeNanosUnsafe() + BigInt(aheadMs) * 1_000_000n
  return {
    currentTimeMillisUnsafe: millis,
    currentTimeMillis: Effect.sync(millis),
    currentTimeNanosUnsafe: nanos,
    currentTimeNanos: Effect.sync(nanos),
    monotonicTimeNanosUnsafe: () => real.monotonicTimeNanosUnsafe(),
    monotonicTimeNanos: real.monotonicTimeNanos,
    sleep: (duration) => real.sleep(duration),
  }
}
