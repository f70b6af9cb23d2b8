import { CustomerBehaviour } from "@lead-gateway/testkit"
import { Effect } from "effect"
import type { Facts } from "../support/Facts.ts"
import { expect, goesOn, someTime } from "../support/progress.ts"
import { waitsAfter429 } from "../support/retryAfter.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

const hour = 3600

const askedMs = 2000

/** Fails, asks to wait until a date by the customer's clock, which is correct, or takes a moment. */
const demanding = ({ book, draw }: World) =>
  book.behave((request, earlier) => {
    const by = draw.fraction(request.body, earlier)
    if (by < 0.2) return CustomerBehaviour.reply({ status: 500, delayMs: 30 })
    if (by < 0.3 && earlier < 2)
      return {
        answer: (response) => {
          const date = new Date(Date.now() + askedMs).toUTCString()
          CustomerBehaviour.reply({ status: 429, headers: { "Retry-After": date } }).answer(response)
        },
      }
    return CustomerBehaviour.reply({ delayMs: draw.between(10, 600, "delay", request.body, earlier) })
  })

/** The clock has really been an hour off: something has a time that is far from the real one. */
const wasOff = (what: string, times: ReadonlyArray<number>): ReadonlyArray<string> =>
  times.some((time) => Math.abs(time - Date.now()) > 0.9 * hour * 1000)
    ? []
    : [`no time of ${what} is an hour off: no fault`]

const loggedTimes = ({ output }: Facts) =>
  output.flatMap((line) => {
    const time = /"(?:time|timestamp)":"([^"]+)"/.exec(line)?.[1]
    return time === undefined ? [] : [Date.parse(time)]
  })

const common = { ownClocks: true, untilMended: true, before: demanding } satisfies Partial<Scenario>

/** The clocks of api and workers jump; stored times are those of Postgres, which is right. */
export const appClocksJump: Scenario = {
  ...common,
  name: "clocks-of-apps-jump",
  fault: (world) =>
    Effect.gen(function* () {
      for (const [moment, ahead, speed] of [
        ["forward", hour, 1],
        ["back", -hour, 1],
        ["corrected and drifting", 0, 1.05],
      ] as const) {
        yield* someTime(world, moment, [0.2, 0.4])
        world.clocks.apps.set(ahead, speed)
        yield* goesOn(world, 30)
      }
    }),
  verify: (facts) => [...waitsAfter429(askedMs, 1500)(facts), ...wasOff("the log", loggedTimes(facts))],
}

const postgresJumps = (
  name: string,
  steps: ReadonlyArray<readonly [aheadSeconds: number, speed?: number]>,
  more: Partial<Scenario> = {},
): Scenario => ({
  ...common,
  ...more,
  name,
  databaseTimeJumps: true,
  // A jump forward ends every lease.
  mayLoseOutcomes: true,
  fault: (world) =>
    Effect.gen(function* () {
      for (const [index, [ahead, speed]] of steps.entries()) {
        yield* someTime(world, `step ${index}`, [0.2, 0.4])
        world.clocks.postgres.set(ahead, speed)
        yield* goesOn(world, 30)
      }
    }),
})

const hourOff = ({ rows }: Facts) =>
  wasOff(
    "an attempt",
    rows.attempts.map(({ requestedAt }) => requestedAt),
  )

/** The circuit is open, and the clock goes back: the next probe must not wait for an hour. */
const backWhileOpen: Scenario = {
  ...common,
  name: "clock-of-postgres-back-in-outage",
  databaseTimeJumps: true,
  mayLoseOutcomes: true,
  env: { RATE_LIMIT_PER_SEC: "200" },
  fault: (world) =>
    Effect.gen(function* () {
      const { clocks, customer } = world
      yield* someTime(world, "outage", [0.2, 0.3])
      yield* customer.down
      yield* expect(world, "the circuit opens", () =>
        world.workers.some((worker) =>
          worker.output().some((line) => line.includes("the customer's API is unavailable")),
        ),
      )
      clocks.postgres.set(-hour)
      yield* customer.up
      const began = performance.now()
      yield* goesOn(world, 30)
      if (performance.now() - began > 40_000) world.findings.push("a probe waited for more than 40 s")
      clocks.postgres.set(0)
    }),
  verify: hourOff,
}

/**
 * The clock of Postgres jumps, by which all times are stored: leases, retries, the circuit. Forward, every lease ends, and
 * what is under way may be sent again, with an unknown outcome as its cause. Back, what was scheduled waits as much longer
 * as the clock went back; new leads do not.
 */
export const postgresClockJumps: ReadonlyArray<Scenario> = [
  postgresJumps("clock-of-postgres-forward", [[hour]], { verify: hourOff }),
  postgresJumps("clock-of-postgres-back", [[-10]]),
  postgresJumps("clock-of-postgres-corrected", [[-hour], [0]], { verify: hourOff }),
  postgresJumps("clock-of-postgres-drifts", [
    [0, 1.05],
    [0, 0.95],
  ]),
  backWhileOpen,
]
