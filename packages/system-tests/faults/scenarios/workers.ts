import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { waitsAfter429 } from "../support/retryAfter.ts"
import type { Scenario } from "../support/Scenario.ts"

const askedMs = 4000

/** Answers with a `Retry-After` date by the customer's clock, which is correct. */
const asksToWait = (): CustomerBehaviour => ({
  answer: (response) => {
    const date = new Date(Date.now() + askedMs).toUTCString()
    CustomerBehaviour.reply({ status: 429, headers: { "Retry-After": date } }).answer(response)
  },
})

const wrongClock = (name: string, skewMs: number): Scenario => ({
  name,
  workers: 2,
  skewMs,
  before: ({ book, draw }) =>
    book.behave((request, earlier) => {
      const by = draw.fraction(request.body, earlier)
      if (by < 0.3) return CustomerBehaviour.reply({ status: 500, delayMs: 30 })
      return by < 0.5 && earlier < 2 ? asksToWait() : CustomerBehaviour.reply({ delayMs: 30 })
    }),
  fault: () => Effect.void,
  // Dates have whole seconds.
  verify: waitsAfter429(askedMs, 1500),
})

/** Three workers with many slots look for the same leads ten times a second, and some leads fail. */
export const workersFight: Scenario = {
  name: "workers-fight",
  workers: 3,
  overMs: 1000,
  env: {
    WORKER_CONCURRENCY: "50",
    RETRY_SCAN_INTERVAL: "100ms",
    WORKER_POLL_INTERVAL: "100ms",
    RETRY_BACKOFF_BASE: "50ms",
  },
  before: ({ book, draw }) =>
    book.behave((request, earlier) => {
      const delayMs = draw.between(0, 400, "delay", request.body, earlier)
      if (draw.fraction("hang", request.body, earlier) < 0.1) return CustomerBehaviour.hang()
      const status = draw.fraction("fail", request.body, earlier) < 0.3 ? 503 : 200
      return CustomerBehaviour.reply({ status, delayMs })
    }),
  fault: () => Effect.void,
}

/** The clock of one of two workers is five minutes ahead. */
export const clockIsAhead = wrongClock("clock-5-minutes-ahead", 300_000)

/** Workers that disagree about the time or about who owns a lead. */
export const workerFaults: ReadonlyArray<Scenario> = [
  clockIsAhead,
  wrongClock("clock-5-minutes-behind", -300_000),
  workersFight,
]
