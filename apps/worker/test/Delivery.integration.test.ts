import { assert, describe, it, layer } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { decide } from "@lead-gateway/lead-pipeline"
import { LeadWork, type Step } from "@lead-gateway/lead-store"
import { Clock, Context, Duration, Effect } from "effect"
import { makeDelivery } from "../src/Delivery.ts"
import { toStored } from "../src/StoredDecision.ts"
import { shippedFlow } from "./support/flow.ts"
import { retryPolicy, validLead, World } from "./support/World.ts"

const { hang, hangUp, raw, reply, resetBeforeAnswer, resetMidAnswer, slowBody } = CustomerBehaviour

const inTenMinutes = () => new Date(Date.now() + 600_000).toUTCString()

const asking = (status: number, after: string) => reply({ status, headers: { "Retry-After": after } })

const redirect = (status: number) => reply({ status, headers: { Location: "/elsewhere" } })

type Row = readonly [answer: string, how: () => CustomerBehaviour, code: number | null]

const delivered: ReadonlyArray<Row> = [
  ["200", () => reply(), 200],
  ["201 with a body", () => reply({ status: 201, body: '{"id":1}' }), 201],
  ["204", () => reply({ status: 204 }), 204],
  ["200 after a while", () => reply({ delayMs: 200 }), 200],
  ["200 with a body that takes too long", () => slowBody({ body: "x".repeat(1000), everyMs: 50 }), 200],
  ["200 with a body that breaks off", () => resetMidAnswer({ body: "so" }), 200],
]

const refused: ReadonlyArray<Row> = [
  ...[400, 401, 403, 404, 409, 422, 451].map((status): Row => [`${status}`, () => reply({ status }), status]),
  ...[301, 302, 307, 308].map((status): Row => [`${status}`, () => redirect(status), status]),
]

/** With the seconds until the next attempt. */
const retried: ReadonlyArray<readonly [...Row, seconds: number]> = [
  ["429", () => reply({ status: 429 }), 429, 30],
  ["429 that asks for 120 seconds", () => asking(429, "120"), 429, 120],
  ["429 that asks for less than the backoff", () => asking(429, "1"), 429, 30],
  ["429 that asks for a time in ten minutes", () => asking(429, inTenMinutes()), 429, 600],
  ["429 that asks for two days", () => asking(429, "172800"), 429, 86_400],
  ["429 that asks for nonsense", () => asking(429, "soon"), 429, 30],
  ["500", () => reply({ status: 500 }), 500, 30],
  ["500 that asks for 120 seconds, which means nothing", () => asking(500, "120"), 500, 30],
  ["502", () => reply({ status: 502 }), 502, 30],
  ["503", () => reply({ status: 503 }), 503, 30],
  ["503 that asks for 120 seconds", () => asking(503, "120"), 503, 120],
  ["a reset connection", () => resetBeforeAnswer(), null, 30],
  ["a closed connection", () => hangUp(), null, 30],
  ["something that is not HTTP", () => raw({ text: "220 smtp ready\r\n\r\n" }), null, 30],
  ["silence", () => hang(), null, 30],
]

const World1s = World.layer({ customerTimeout: "1 second", start: { concurrency: 10 } })

layer(World1s, { excludeTestServices: true })("an attempt that is answered by", (it) => {
  for (const [name, how, code] of delivered) {
    it.effect(`${name} delivers the lead`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const lead = yield* world.receive({ answers: [how()] })
        const { deliveryAttempts, nextAttemptAt, rejectionReason } = yield* world.reached(
          lead.id,
          "DELIVERED",
        )
        assert.deepInclude(deliveryAttempts[0], {
          success: true,
          statusCode: code,
          errorMessage: null,
          fault: null,
        })
        assert.deepStrictEqual([deliveryAttempts.length, nextAttemptAt, rejectionReason], [1, null, null])
      }),
    )
  }

  for (const [name, how, code] of refused) {
    it.effect(`${name} ends the lead without a retry`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const lead = yield* world.receive({ answers: [how()] })
        const { deliveryAttempts, nextAttemptAt, rejectionReason } = yield* world.reached(
          lead.id,
          "PERMANENTLY_FAILED",
        )
        assert.deepInclude(deliveryAttempts[0], {
          success: false,
          statusCode: code,
          errorMessage: `the customer answered ${code}`,
        })
        assert.deepStrictEqual(
          [deliveryAttempts.length, nextAttemptAt, rejectionReason],
          [1, null, "CUSTOMER_REFUSED"],
        )
        assert.deepStrictEqual(
          lead.requests().map(({ path }) => path),
          ["/leads"],
        )
      }),
    )
  }

  for (const [name, how, code, seconds] of retried) {
    it.effect(`${name} schedules the next attempt ${seconds} s later`, () =>
      Effect.gen(function* () {
        const world = yield* World
        const lead = yield* world.receive({ answers: [how()] })
        const { deliveryAttempts, rejectionReason } = yield* world.reached(lead.id, "FAILED")
        assert.deepInclude(deliveryAttempts[0], { success: false, statusCode: code, fault: "customer" })
        assert.deepStrictEqual([deliveryAttempts.length, rejectionReason], [1, null])
        const [row] = yield* world.sql<{ seconds: number }>`
          SELECT extract(epoch FROM next_attempt_at - ended_at)::float8 AS seconds
          FROM open_lead JOIN delivery_attempt ON lead_id = open_lead.id WHERE lead_id = ${lead.id}`
        // A header's date has whole seconds, and the customer's clock is not the database's.
        assert.approximately(row?.seconds ?? 0, seconds, seconds === 600 ? 3 : 0)
      }),
    )
  }
})

describe("Delivery", () => {
  it.live.each([300, -300])(
    "waits as long as the customer asked by a date, with a clock that is %s s ahead",
    Effect.fnUntraced(function* (seconds) {
      const world = yield* World.make()
      const clock = skewed(yield* Clock.Clock, seconds * 1000)
      yield* Effect.provideService(world.startWorker(), Clock.Clock, clock)
      const headers = { Date: new Date().toUTCString(), "Retry-After": inTenMinutes() }
      const lead = yield* world.receive({ answers: [reply({ status: 429, headers })] })
      yield* world.reached(lead.id, "FAILED")
      const [row] = yield* world.sql<{ seconds: number }>`
        SELECT extract(epoch FROM next_attempt_at - ended_at)::float8 AS seconds
        FROM open_lead JOIN delivery_attempt ON lead_id = open_lead.id WHERE lead_id = ${lead.id}`
      // Between the two dates a second may begin.
      assert.approximately(row?.seconds ?? 0, 600, 1)
    }),
  )

  it.live("retries what refuses connections, and delivers when it is back", () =>
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
        deliveryAttempts.map(({ statusCode }) => statusCode),
        [null, 200],
      )
    }),
  )

  it.live("gives up after the last attempt, having waited longer and longer before each", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker({ backoff: "20 millis" })
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
          SELECT ended_at, lead(requested_at) OVER (ORDER BY attempt_no) AS next_requested_at,
            (SELECT (details ->> 'next_attempt_at')::timestamptz FROM lead_event AS event
             WHERE event.lead_id = attempt.lead_id AND type = 'retry_scheduled' AND at = ended_at) AS retry_at
          FROM delivery_attempt AS attempt WHERE lead_id = ${lead.id}
        ) AS attempts WHERE retry_at IS NOT NULL ORDER BY ended_at`
      assert.deepStrictEqual(
        rows.map(({ scheduled }) => scheduled),
        [0.02, 0.04, 0.08, 0.16],
      )
      assert.isTrue(rows.every(({ kept }) => kept))
      assert.strictEqual(lead.requests().length, 5)
    }),
  )

  it.live("sends the same bytes under the same key with every attempt", () =>
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
        SELECT customer_payload::text AS body, idempotency_key::text AS key FROM inbound_lead WHERE id = ${lead.id}`
      const sent = lead.requests().map(({ body, headers }) => ({ body, key: headers["idempotency-key"] }))
      assert.deepStrictEqual(sent, [...rows, ...rows, ...rows])
    }),
  )

  it.live("names lead, sender and trace in every request", () =>
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

  it.live("begins a trace that is the idempotency key where the sender has none, or a broken one", () =>
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

  it.live("has the attempt on record before the customer sees it", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      const seen: Array<unknown> = []
      const look = world.sql`
        SELECT status, attempt_no, success, response_status, ended_at, lease_token IS NOT NULL AS owned,
          due_at BETWEEN now() + interval '15 s' AND now() + interval '20 s' AS held_for_timeout_and_15_s
        FROM inbound_lead AS lead
        JOIN open_lead ON open_lead.id = lead.id JOIN delivery_attempt AS attempt ON attempt.lead_id = lead.id`
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

  it.live("decides, and opens no attempt for what the customer must not get", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker()
      const rejected = yield* world.receive({ payload: { ...validLead, zipcode: "10115" } })
      const parked = yield* world.receive({ payload: { ...validLead, phone: " " } })
      const histories = [
        yield* world.reached(rejected.id, "REJECTED"),
        yield* world.reached(parked.id, "FAILED"),
      ]
      assert.deepStrictEqual(
        histories.map(({ rejectionReason }) => String(rejectionReason)),
        ["ZIP_NOT_66XXX", "MISSING_REQUIRED_FIELD"],
      )
      assert.deepStrictEqual(
        histories.flatMap(({ deliveryAttempts }) => deliveryAttempts),
        [],
      )
      assert.deepStrictEqual(
        histories.map(({ nextAttemptAt }) => nextAttemptAt),
        [null, null],
      )
      assert.deepStrictEqual(world.customer.requests(), [])
    }),
  )

  it.live("closes as unknown what a lost worker left open, and retries after the backoff", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      yield* openAndVanish(world, "300 millis")
      yield* world.startWorker({ backoff: "200 millis" })
      const { deliveryAttempts, events } = yield* world.reached(lead.id, "DELIVERED")
      const [lost, next] = deliveryAttempts
      assert.deepInclude(lost, { attemptNo: 1, success: false, statusCode: null, fault: "ours" })
      assert.include(lost?.errorMessage, "outcome unknown")
      assert.deepInclude(next, { attemptNo: 2, success: true })
      assert.deepStrictEqual(lead.requests().length, 1)
      const closedAt = events.find(({ type }) => type === "attempt_outcome_unknown")?.at
      assert.isAtLeast(Number(closedAt), Number(lost?.attemptedAt) + 300)
      assert.isAtLeast(Number(next?.attemptedAt), Number(closedAt) + 200)
    }),
  )

  it.live("gives up a lead whose last attempt nobody saw the end of", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      yield* openAndVanish(world, "50 millis")
      yield* world.startWorker({ maxAttempts: 1 })
      const { deliveryAttempts, rejectionReason } = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.strictEqual(rejectionReason, "DELIVERY_OUTCOME_UNKNOWN")
      assert.strictEqual(deliveryAttempts.length, 1)
      assert.deepStrictEqual(lead.requests(), [])
    }),
  )

  it.live("sends nothing when the attempt was opened so late that the lease may end before an answer", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const lead = yield* world.receive()
      // The lease leaves 60 ms beside the exchange, and Postgres takes longer to open the attempt.
      const slow = { ...world.work, proceed: (step: Step) => Effect.delay(world.work.proceed(step), 100) }
      const options = {
        flow: yield* shippedFlow,
        policy: retryPolicy(),
        timeout: Duration.millis(40),
        lease: Duration.millis(100),
      }
      yield* Effect.gen(function* () {
        const step = yield* makeDelivery(options)
        const claimedAt = yield* Clock.monotonicTimeNanos
        const [claimed] = yield* world.work.claim({ max: 1 })
        if (claimed !== undefined) yield* step({ ...claimed, claimedAt })
      }).pipe(Effect.provideContext(Context.add(world.services, LeadWork, slow)))
      const { deliveryAttempts, events, status } = yield* world.history(lead.id)
      assert.deepStrictEqual([status, deliveryAttempts], ["READY", []])
      assert.deepStrictEqual(
        events.map(({ type }) => type),
        ["received", "ready", "attempt_opened", "attempt_withdrawn"],
      )
      assert.deepStrictEqual(lead.requests(), [])
      yield* world.startWorker()
      const delivered = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(
        delivered.deliveryAttempts.map(({ attemptNo }) => attemptNo),
        [1],
      )
    }),
  )
})

/** Does what a worker does that is lost in the middle of sending: claims a lead, opens an attempt, and is gone. */
const openAndVanish = Effect.fnUntraced(function* (world: World["Service"], hold: Duration.Input) {
  const [lead] = yield* world.work.claim({ max: 1 })
  if (lead === undefined || lead.payload === null) return yield* Effect.die("there is no lead to claim")
  const flow = yield* shippedFlow
  const decision = toStored(flow, decide(flow, { payload: lead.payload, meta: {}, nowMs: 0 }))
  yield* world.work.proceed({ id: lead.id, lease: lead.lease, decision })
  yield* world.sql`
    UPDATE open_lead SET due_at = now() + make_interval(secs => ${Duration.toSeconds(hold)}::float8)`
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
