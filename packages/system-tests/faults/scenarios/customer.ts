import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import type { Manner } from "../support/CustomerBook.ts"
import { waitsAfter429 } from "../support/retryAfter.ts"
import type { Scenario } from "../support/Scenario.ts"
import { inRepository } from "../support/places.ts"
import { whenAsked } from "../support/progress.ts"
import type { World } from "../support/World.ts"

/** The normal answer, or at random this one; a lead gets it at most three times. */
const sometimes =
  (chance: number, behaviour: (draw: (word: string) => number) => CustomerBehaviour) =>
  ({ book, draw }: World): void => {
    const manner: Manner = (request, earlier) => {
      const by = (word: string) => draw.fraction(word, request.body, earlier)
      return earlier < 3 && by("misbehave") < chance ? behaviour(by) : CustomerBehaviour.reply()
    }
    book.behave(manner)
  }

const misbehaves = (
  name: string,
  before: (world: World) => void,
  more: Partial<Scenario> = {},
): Scenario => ({
  name,
  before,
  fault: () => Effect.void,
  ...more,
})

const slowly = sometimes(0.4, (by) =>
  // 10 bytes: done in 0.5 s, or never within the timeout of 1 s.
  CustomerBehaviour.slowBody({ body: "0123456789", everyMs: by("pace") < 0.5 ? 50 : 500 }),
)

const reset = sometimes(0.5, (by) => {
  const which = by("which")
  if (which < 0.25) return CustomerBehaviour.resetBeforeAnswer()
  if (which < 0.5) return CustomerBehaviour.hangUp()
  return CustomerBehaviour.resetMidAnswer({ status: which < 0.75 ? 200 : 500, body: "half an ans" })
})

/** Takes a lead, loses its own answer, and answers the next attempt by 409: it has the lead already. */
const hasItAlready = ({ book, draw }: World): void => {
  book.behave((request, earlier) => {
    const isLost = draw.fraction("lost", request.body) < 0.3
    if (!isLost || earlier > 2) return CustomerBehaviour.reply()
    return earlier === 0
      ? CustomerBehaviour.resetBeforeAnswer()
      : CustomerBehaviour.reply({ status: 409, body: '{"error":"idempotency_key_in_use"}' })
  })
}

const flaps = (world: World) =>
  Effect.gen(function* () {
    yield* whenAsked(world, 0.1)
    for (const time of [1, 2, 3, 4]) {
      yield* world.customer.down
      yield* Effect.sleep(world.draw.between(100, 500, "down", time))
      yield* world.customer.up
      yield* Effect.sleep(world.draw.between(200, 600, "up", time))
    }
  })

/** A customer that misbehaves; every lead is delivered in the end. */
export const customerFaults: ReadonlyArray<Scenario> = [
  misbehaves(
    "customer-fails",
    sometimes(0.6, () => CustomerBehaviour.reply({ status: 500, body: "no" })),
  ),
  misbehaves(
    "customer-says-429",
    sometimes(0.4, () => CustomerBehaviour.reply({ status: 429, headers: { "Retry-After": "1" } })),
    { verify: waitsAfter429(1000, 5) },
  ),
  misbehaves("customer-hangs", sometimes(0.3, CustomerBehaviour.hang)),
  misbehaves("customer-resets", reset),
  misbehaves("customer-is-slow", slowly),
  misbehaves("customer-has-it-already", hasItAlready),
  misbehaves(
    "customer-sends-100-mb",
    sometimes(0.1, () => CustomerBehaviour.hugeBody({ bytes: 100 * 1024 ** 2 })),
  ),
  misbehaves("customer-flaps", () => undefined, { fault: flaps }),
]

/**
 * A customer that is down for longer than all attempts of a lead take, 1.5 s. The circuit breaker saves the attempts, so
 * every lead is delivered.
 */
export const customerIsAway: Scenario = {
  name: "customer-is-away",
  env: {
    MAX_RETRY_ATTEMPTS: "5",
    // A timeout on a busy machine would use up an attempt, which a refusal does not.
    CUSTOMER_API_TIMEOUT: "10s",
    BREAKER_OPEN_FOR: "1s",
    BREAKER_RAMP: "1s",
  },
  fault: (world) =>
    Effect.gen(function* () {
      yield* whenAsked(world, 0.1)
      yield* world.customer.down
      yield* Effect.sleep("12 seconds")
      yield* world.customer.up
    }),
}

/**
 * A customer whose token has expired for longer than all attempts of a lead take: it refuses every lead by 401. Under the
 * tolerant policy that is no fault of a lead, so every lead is delivered when the token is right again.
 */
export const customerRefusesAll: Scenario = {
  name: "customer-refuses-all",
  env: {
    RETRY_POLICY_FILE: inRepository("config/retry_policy.tolerant.json"),
    MAX_RETRY_ATTEMPTS: "5",
    // A timeout on a busy machine would use up an attempt, which a refusal does not.
    CUSTOMER_API_TIMEOUT: "10s",
    BREAKER_OPEN_FOR: "1s",
    BREAKER_RAMP: "1s",
  },
  fault: (world) =>
    Effect.gen(function* () {
      yield* whenAsked(world, 0.1)
      world.book.behave(() => CustomerBehaviour.reply({ status: 401 }))
      yield* Effect.sleep("12 seconds")
      world.book.behave(() => CustomerBehaviour.reply())
    }),
  verify: ({ rows }) =>
    rows.attempts.some(({ status }) => status === 401) ? [] : ["no lead was refused by 401"],
}

const few = 3

/** Each of the few leads once, and then eight probes for each. */
const inVain = 9 * few

/**
 * A customer that is down for longer than the attempts of all leads would last if probes used them up: there are only as
 * many leads as it takes to open the circuit, so each is the probe again and again.
 *
 * Requests are held until all leads have arrived, so that no lead uses up its attempts before the circuit opens.
 */
export const customerIsAwayFromFew: Scenario = {
  name: "customer-is-away-from-few",
  validLeads: few,
  overMs: 100,
  env: {
    CUSTOMER_API_TIMEOUT: "10s",
    MAX_RETRY_ATTEMPTS: "5",
    RETRY_BACKOFF_BASE: "20ms",
    RETRY_SCAN_INTERVAL: "100ms",
    WORKER_POLL_INTERVAL: "100ms",
    BREAKER_FAILURES: String(few),
    BREAKER_OPEN_FOR: "100ms",
    BREAKER_RAMP: "100ms",
  },
  before: ({ book }) => {
    const held: Array<() => void> = []
    let requests = 0
    let leads = 0
    book.behave((_, earlier) => {
      requests += 1
      if (earlier === 0) leads += 1
      if (requests > inVain) return CustomerBehaviour.reply()
      return {
        answer: (response) => {
          held.push(() => CustomerBehaviour.reply({ status: 503 }).answer(response))
          if (leads >= few) held.splice(0).forEach((answer) => answer())
        },
      }
    })
  },
  fault: () => Effect.void,
  verify: ({ rows }) => {
    const failed = rows.attempts.filter(({ status }) => status === 503).length
    return failed >= inVain ? [] : [`the customer was asked in vain ${failed} times instead of ${inVain}`]
  },
}
