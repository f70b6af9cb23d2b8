import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { Duration, Effect, Fiber } from "effect"
import {
  claim,
  claimOne,
  eventsOf,
  failed,
  history,
  holdOpen,
  inWorld,
  lockWaiters,
  open,
  proceed,
  receive,
  record,
  refused,
  release,
  rowOf,
  succeeded,
  timeComes,
  unknown,
  unknownAndLast,
} from "../support/world.ts"

/** A lead that its worker has just opened attempt 1 of. */
const sending = Effect.gen(function* () {
  yield* receive(1)
  const lead = yield* claimOne
  yield* open(lead)
  return lead
})

describe("LeadWork.record", () => {
  it.effect("delivers a lead: attempt, status, events and schedule together", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, succeeded))
      assert.deepStrictEqual(yield* rowOf(lead.id), {
        status: "DELIVERED",
        rejection_reason: null,
        attempt_count: 1,
        lease_token: null,
        next_attempt_at: null,
        due_at: null,
      })
      const { deliveryAttempts, events } = yield* history(lead.id)
      assert.deepInclude(deliveryAttempts[0], { success: true, statusCode: 200, errorMessage: null })
      assert.deepStrictEqual(
        events.slice(-2).map(({ details, type }) => ({ type, details })),
        [
          { type: "attempt_succeeded", details: { attempt_no: 1, status_code: 200 } },
          { type: "delivered", details: {} },
        ],
      )
    }).pipe(inWorld),
  )

  it.effect("schedules a retry and gives the lease up", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, failed))
      const row = yield* rowOf(lead.id)
      assert.deepInclude(row, { status: "FAILED", rejection_reason: null, lease_token: null })
      const { deliveryAttempts, events, nextAttemptAt } = yield* history(lead.id)
      assert.deepStrictEqual(nextAttemptAt, row?.next_attempt_at)
      assert.deepInclude(deliveryAttempts[0], {
        success: false,
        statusCode: 500,
        errorMessage: "the customer answered 500",
        fault: "customer",
      })
      assert.deepStrictEqual(
        events.slice(-2).map((event) => event.type),
        ["attempt_failed", "retry_scheduled"],
      )
    }).pipe(inWorld),
  )

  it.effect("gives a lead up, saying why", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      assert.isTrue(yield* record(lead, 1, refused))
      assert.deepStrictEqual(yield* rowOf(lead.id), {
        status: "PERMANENTLY_FAILED",
        rejection_reason: "CUSTOMER_REFUSED",
        attempt_count: 1,
        lease_token: null,
        next_attempt_at: null,
        due_at: null,
      })
      const { events } = yield* history(lead.id)
      assert.deepInclude(events.at(-1), {
        type: "permanently_failed",
        details: { reason: "CUSTOMER_REFUSED" },
      })
    }).pipe(inWorld),
  )

  it.effect("keeps the lease of the next owner when an outcome is recorded a second time", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, failed)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      const before = yield* rowOf(lead.id)
      assert.isFalse(yield* record(lead, 1, failed))
      assert.deepStrictEqual(yield* rowOf(lead.id), before)
      assert.strictEqual((yield* open(owner)).attemptNo, 2)
      const events = yield* eventsOf(lead.id)
      assert.strictEqual(events.filter((type) => type === "attempt_failed").length, 1)
    }).pipe(inWorld),
  )

  it.effect("says once that nobody saw an outcome", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      const before = yield* rowOf(lead.id)
      assert.isFalse(yield* record(owner, 1, unknown))
      assert.deepStrictEqual(yield* rowOf(lead.id), before)
    }).pipe(inWorld),
  )

  it.effect("does not let a failure move a lead whose next attempt is opened at the same moment", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      const opened = yield* holdOpen(
        (sql) => sql`
          WITH owned AS (
            UPDATE open_lead SET lease_token = gen_random_uuid() WHERE id = ${lead.id}
          ), opened AS (
            INSERT INTO delivery_attempt (lead_id, attempt_no, idempotency_key)
            VALUES (${lead.id}, 2, ${lead.idempotencyKey}::uuid)
          )
          UPDATE inbound_lead SET attempt_count = 2 WHERE id = ${lead.id}`,
      )
      const recording = yield* Effect.forkChild(record(lead, 1, failed))
      yield* lockWaiters(1)
      yield* opened
      assert.isFalse(yield* Fiber.join(recording))
      assert.deepInclude(yield* rowOf(lead.id), { status: "FAILED", attempt_count: 2 })
      const { deliveryAttempts } = yield* history(lead.id)
      assert.deepStrictEqual(
        deliveryAttempts.map((attempt) => attempt.statusCode),
        [failed.responseStatus, null],
      )
    }).pipe(inWorld),
  )

  it.effect("lets an attempt that was overtaken by an earlier one's success complete its own row only", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, unknown)
      yield* timeComes(lead.id)
      const owner = yield* claimOne
      yield* open(owner)
      assert.isTrue(yield* record(lead, 1, succeeded))
      const delivered = yield* rowOf(lead.id)
      assert.isFalse(yield* record(owner, 2, failed))
      assert.deepStrictEqual(yield* rowOf(lead.id), delivered)
      const { deliveryAttempts, status } = yield* history(lead.id)
      assert.strictEqual(status, "DELIVERED")
      assert.deepStrictEqual(
        deliveryAttempts.map((attempt) => attempt.statusCode),
        [200, 500],
      )
    }).pipe(inWorld),
  )

  it.effect("keeps the first of two outcomes of an attempt that come together", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      const moved = yield* Effect.all([record(lead, 1, failed), record(lead, 1, succeeded)], {
        concurrency: "unbounded",
      })
      assert.deepStrictEqual(moved, [true, false])
      const { deliveryAttempts, status } = yield* history(lead.id)
      assert.strictEqual(status, "FAILED")
      assert.deepInclude(deliveryAttempts[0], { success: false, statusCode: 500 })
    }).pipe(inWorld),
  )

  it.effect("records 300 outcomes at once, each with its own lead", () =>
    Effect.gen(function* () {
      yield* receive(300)
      const leads = yield* claim(300)
      yield* Effect.forEach(leads, open, { concurrency: "unbounded" })
      const outcomes = [succeeded, failed, refused, unknown] as const
      const outcomeOf = (id: number) => outcomes[id % 4] ?? failed
      const moved = yield* Effect.forEach(leads, (lead) => record(lead, 1, outcomeOf(lead.id)), {
        concurrency: "unbounded",
      })
      assert.isTrue(moved.every(Boolean))
      const sql = yield* PgClient.PgClient
      const rows = yield* sql<{ id: bigint; status: string; response_status: number | null }>`
        SELECT lead.id, status, response_status FROM inbound_lead lead JOIN delivery_attempt ON lead_id = lead.id`
      assert.strictEqual(rows.length, 300)
      for (const { id, response_status, status } of rows) {
        const outcome = outcomeOf(Number(id))
        assert.deepStrictEqual([status, response_status], [outcome.next.status, outcome.responseStatus])
      }
    }).pipe(inWorld),
  )

  it.effect("keeps what a customer answered, whatever characters it has", () =>
    Effect.gen(function* () {
      const answer = "\u0001\t\r\n'\"\\ \\u0000 \uFFFD \uFFFF 🏡 \u202E é $1 %s {}"
      const lead = yield* sending
      yield* record(lead, 1, { ...failed, responseBody: answer })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(yield* sql`SELECT response_body FROM delivery_attempt`, [
        { response_body: answer },
      ])
    }).pipe(inWorld),
  )

  it.effect("schedules the next attempt as long after the record as was asked for", () =>
    Effect.gen(function* () {
      const lead = yield* sending
      yield* record(lead, 1, { ...failed, next: { status: "FAILED", retryAfter: Duration.millis(30_500) } })
      const sql = yield* PgClient.PgClient
      assert.deepStrictEqual(
        yield* sql`
          SELECT extract(epoch FROM next_attempt_at - ended_at)::float8 AS seconds, due_at = next_attempt_at AS found
          FROM open_lead JOIN delivery_attempt ON lead_id = open_lead.id`,
        [{ seconds: 30.5, found: true }],
      )
    }).pipe(inWorld),
  )
})

/** What may have happened to a lead between the request of attempt 1 and the record of its outcome. */
const meanwhile = {
  nothing: () => Effect.void,
  "its lease ended": (lead: Sent) => timeComes(lead.id),
  "another worker owns it": (lead: Sent) => claimAgain(lead),
  "another worker gave it back": (lead: Sent) => Effect.flatMap(claimAgain(lead), (owner) => release(owner)),
  "its attempt was closed as unknown": (lead: Sent) => closeUnknown(lead),
  "closed as unknown, and owned for the retry": (lead: Sent) =>
    Effect.andThen(closeUnknown(lead), claimAgain(lead)),
  "closed as unknown, the retry opened": (lead: Sent) => openRetry(lead),
  "closed as unknown, the retry given back unsent": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => release(owner, { unsentAttemptNo: 2 })),
  "closed as unknown, the retry failed": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => record(owner, 2, failed)),
  "closed as unknown, the retry delivered": (lead: Sent) =>
    Effect.flatMap(openRetry(lead), (owner) => record(owner, 2, succeeded)),
  "closed as unknown for good": (lead: Sent) =>
    Effect.flatMap(claimAgain(lead), (owner) => record(owner, 1, unknownAndLast)),
} as const

type Sent = Effect.Success<typeof sending>

const claimAgain = (lead: Sent) => Effect.andThen(timeComes(lead.id), claimOne)

const closeUnknown = (lead: Sent) => Effect.flatMap(claimAgain(lead), (owner) => record(owner, 1, unknown))

const openRetry = (lead: Sent) =>
  Effect.andThen(
    closeUnknown(lead),
    Effect.tap(claimAgain(lead), (owner) => proceed(owner, undefined)),
  )

const outcomes = { succeeded, failed, refused, unknown } as const

/** Whether the outcome is in its attempt's row afterwards, and whether the lead moved. */
const recorded = { kept: true, moved: false }
const settled = { kept: true, moved: true }
const ignored = { kept: false, moved: false }

const known = (expected: { readonly kept: boolean; readonly moved: boolean }) => ({
  succeeded: expected,
  failed: expected,
  refused: expected,
  unknown: ignored,
})

const expectations: Record<
  keyof typeof meanwhile,
  Record<keyof typeof outcomes, { readonly kept: boolean; readonly moved: boolean }>
> = {
  nothing: { ...known(settled), unknown: settled },
  "its lease ended": { ...known(settled), unknown: settled },
  "another worker owns it": known(settled),
  "another worker gave it back": known(settled),
  "its attempt was closed as unknown": known(settled),
  "closed as unknown, and owned for the retry": known(settled),
  "closed as unknown, the retry opened": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry given back unsent": known(settled),
  "closed as unknown, the retry failed": { ...known(recorded), succeeded: settled },
  "closed as unknown, the retry delivered": known(recorded),
  "closed as unknown for good": known(recorded),
}

describe("LeadWork.record of an outcome that comes late", () => {
  for (const [what, happens] of Object.entries(meanwhile)) {
    it.effect(`settles, records or ignores it after: ${what}`, () =>
      Effect.gen(function* () {
        for (const [name, outcome] of Object.entries(outcomes)) {
          const { kept, moved } = expectations[what as keyof typeof meanwhile][name as keyof typeof outcomes]
          const lead = yield* sending
          yield* happens(lead)
          const before = yield* rowOf(lead.id)
          const said = `${name} after ${what}`

          assert.strictEqual(yield* record(lead, 1, outcome), moved, said)

          const after = yield* rowOf(lead.id)
          if (moved) {
            assert.strictEqual(after?.status, outcome.next.status, said)
            assert.isNull(after?.lease_token, said)
            assert.strictEqual(after?.next_attempt_at === null, outcome.next.status !== "FAILED", said)
          } else {
            assert.deepStrictEqual(after, before, said)
          }
          const [attempt] = (yield* history(lead.id)).deliveryAttempts
          assert.strictEqual(attempt?.errorMessage, kept ? outcome.errorMessage : unknownMessage(what), said)
          if (kept) assert.strictEqual(attempt?.success, outcome.success, said)
          yield* clear
        }
      }).pipe(inWorld),
    )
  }

  /** What the attempt says before an outcome that is ignored, and so afterwards. */
  const unknownMessage = (what: string) => (what.startsWith("another worker") ? null : unknown.errorMessage)

  /** Takes the lead out of the next one's way. */
  const clear = PgClient.PgClient.use((sql) => sql`DELETE FROM open_lead`)
})
