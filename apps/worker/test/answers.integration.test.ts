import { assert, layer } from "@effect/vitest"
import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { secondsUntilRetry } from "./support/rows.ts"
import { World } from "./support/World.ts"

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
        // A statement reads the clock twice; a header's date has whole seconds, by the customer's clock.
        assert.approximately(yield* secondsUntilRetry(world, lead.id), seconds, seconds === 600 ? 3 : 0.5)
      }),
    )
  }
})
