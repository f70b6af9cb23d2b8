import { assert, describe, it } from "@effect/vitest"
import type { LeadHistory } from "@lead-gateway/lead-store"
import { compilePolicyOrThrow, defaultRetryPolicy } from "@lead-gateway/retry-policy"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Duration, Effect } from "effect"
import { readFileSync } from "node:fs"
import { eventually } from "./support/waiting.ts"
import { World } from "./support/World.ts"

const { hang, reply, resetBeforeAnswer } = CustomerBehaviour

const leads = 40
const concurrency = 5

/** Keeps leads waiting for a customer whose token or address is wrong. */
const tolerant = compilePolicyOrThrow(
  JSON.parse(
    readFileSync(new URL("../../../config/retry_policy.tolerant.json", import.meta.url), "utf8"),
  ) as object,
)

const circuit = (world: World["Service"]) =>
  Effect.map(
    world.sql<{ circuit: string }>`SELECT circuit FROM customer WHERE id = 1`,
    (rows) => rows[0]?.circuit,
  )

/** Sends leads to a customer that answers this, until its circuit is open and a few probes have failed. */
const refuseAll = Effect.fnUntraced(function* (
  status: number,
  start: Parameters<World["Service"]["startWorker"]>[0],
) {
  const world = yield* World.make({
    throttle: { openFor: Duration.millis(150), ramp: Duration.millis(100), failures: 20 },
  })
  const received = yield* Effect.forEach(Array.from({ length: leads }), () =>
    world.receive({ answers: [reply({ status })] }),
  )
  yield* world.startWorker({ concurrency, scanInterval: Duration.millis(100), ...start })
  yield* eventually(
    Effect.map(world.sql`SELECT FROM attempt WHERE is_probe HAVING count(*) >= 3`, (rows): true | undefined =>
      rows.length > 0 ? true : undefined,
    ),
  )
  assert.strictEqual(yield* circuit(world), "open")
  const histories = yield* Effect.forEach(received, ({ id }) => world.history(id))
  const givenUp = histories.filter(({ status }) => status === "PERMANENTLY_FAILED")
  const probes = yield* world.sql<{ ended: boolean }>`
    SELECT EXISTS (SELECT FROM settled_lead WHERE settled_lead.lead_id = attempt.lead_id) AS ended
    FROM attempt WHERE is_probe`
  assert.isFalse(
    probes.some(({ ended }) => ended),
    "a probe ended its lead",
  )
  return { givenUp, histories, requests: world.customer.requests().length }
})

describe("a customer that refuses every lead", () => {
  it.live.each([401, 403, 404, 410, 301])("by %s costs those that open the circuit, and no more", (status) =>
    Effect.gen(function* () {
      const { givenUp } = yield* refuseAll(status, {})
      // 20 open it; those that were sent or opened ahead by then cannot be called back, nor those that were sent while the
      // statement that records the 20th was under way.
      assert.isAtLeast(givenUp.length, 20)
      assert.isAtMost(givenUp.length, 20 + 3 * concurrency)
    }),
  )

  it.live("costs none where the policy waits", () =>
    Effect.gen(function* () {
      const { givenUp, histories } = yield* refuseAll(401, { policy: tolerant })
      assert.deepStrictEqual(givenUp, [])
      assert.isTrue(histories.every(({ status }) => status === "FAILED" || status === "READY"))
    }),
  )
})

const attemptsOf = ({ deliveryAttempts }: LeadHistory) => deliveryAttempts.map(({ statusCode }) => statusCode)

describe("a 409 from a customer", () => {
  const soon = { backoff: "50 millis", scanInterval: Duration.millis(50) } as const

  it.live("is final when every attempt was seen", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      yield* world.startWorker(soon)
      const lead = yield* world.receive({
        answers: [reply({ status: 500 }), reply({ status: 409 }), reply()],
      })
      const history = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.deepStrictEqual(attemptsOf(history), [500, 409])
    }),
  )

  it.live.each([
    ["a timeout", () => hang()],
    ["a reset", () => resetBeforeAnswer()],
    ["a 504 of a gateway", () => reply({ status: 504 })],
  ] as const)("is retried after %s, also when other attempts were seen in between", ([, behaviour]) =>
    Effect.gen(function* () {
      const world = yield* World.make({ customerTimeout: "300 millis" })
      yield* world.startWorker(soon)
      const lead = yield* world.receive({
        answers: [
          behaviour(),
          reply({ status: 409 }),
          reply({ status: 500 }),
          reply({ status: 409 }),
          reply(),
        ],
      })
      const history = yield* world.reached(lead.id, "DELIVERED")
      assert.deepStrictEqual(attemptsOf(history).slice(1), [409, 500, 409, 200])
    }),
  )
})

describe("a refusal inside a 2xx", () => {
  it.live("ends the lead, and its history shows the body and the customer's own reason", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const policy = compilePolicyOrThrow({
        ...defaultRetryPolicy,
        version: "conduit-3",
        classification: [
          {
            status: "2xx",
            body: { path: "outcome", one_of: ["failure"] },
            means: "give_up",
            fault: "lead",
            reason: { path: "reason" },
          },
        ],
      })
      yield* world.startWorker({ policy })
      const headers = { "Content-Type": "application/json" }
      const body = '{"outcome":"failure","reason":"duplicate","price":0}'
      const refused = yield* world.receive({ answers: [reply({ status: 201, headers, body })] })
      const taken = yield* world.receive({
        answers: [reply({ status: 201, headers, body: '{"outcome":"success","reason":""}' })],
      })
      const history = yield* world.reached(refused.id, "PERMANENTLY_FAILED")
      assert.strictEqual(history.rejectionReason, "CUSTOMER_REFUSED")
      assert.deepInclude(history.deliveryAttempts[0], {
        success: false,
        statusCode: 201,
        fault: "lead",
        errorMessage: "the customer answered 201 without accepting the lead",
        responseBody: body,
        customerReason: "duplicate",
      })
      assert.deepStrictEqual(history.events.find(({ type }) => type === "attempt_failed")?.details, {
        attempt_no: 1,
        status_code: 201,
        fault: "lead",
        policy: "conduit-3",
      })
      const { deliveryAttempts } = yield* world.reached(taken.id, "DELIVERED")
      assert.deepInclude(deliveryAttempts[0], { success: true, fault: null, customerReason: null })
      assert.isFalse(world.log.some((line) => line.includes("duplicate")))
    }),
  )
})

describe("max_age", () => {
  it.live("ends a delivery by its age, though attempts are left", () =>
    Effect.gen(function* () {
      const world = yield* World.make()
      const policy = compilePolicyOrThrow({
        ...defaultRetryPolicy,
        backoff: { kind: "exponential", base: "50ms", factor: 1 },
        max_attempts: 20,
        max_age: "10m",
      })
      yield* world.startWorker({ policy, scanInterval: Duration.millis(50) })
      const lead = yield* world.receive({ answers: [reply({ status: 500, delayMs: 50 })] })
      yield* eventually(
        Effect.map(
          world.sql`
            UPDATE work SET first_attempt_at = first_attempt_at - interval '1 hour'
            WHERE lead_id = ${lead.id} AND attempt_no >= 2 AND NOT attempt_is_open RETURNING lead_id`,
          (rows) => rows[0],
        ),
      )
      const { deliveryAttempts, rejectionReason } = yield* world.reached(lead.id, "PERMANENTLY_FAILED")
      assert.strictEqual(rejectionReason, "RETRIES_EXHAUSTED")
      assert.isBelow(deliveryAttempts.length, 20)
    }),
  )
})
