import { CustomerBehaviour, type TestProxy } from "@lead-gateway/testkit"
import { type Duration, Effect } from "effect"
import { goesOn, someTime } from "../support/progress.ts"
import type { Scenario } from "../support/Scenario.ts"
import type { World } from "../support/World.ts"

/** The customer takes a moment, so that deliveries are under way when packets are lost. */
const unhurried = ({ book, draw }: World) =>
  book.behave(() =>
    CustomerBehaviour.reply({ delayMs: draw.between(0, 500, "delay", book.exchanges.length) }),
  )

/** A lead that Postgres does not confirm is answered after 5 s; the machine may be busy. */
const senderPatienceMs = 8000

const nobodyWaitsLong = (world: World) =>
  Effect.sync(() => {
    const slow = world.senders.answers.filter(({ tookMs }) => tookMs > senderPatienceMs)
    world.findings.push(
      ...slow.slice(0, 3).map(({ status, tookMs }) => `a sender waited ${tookMs} ms for ${status}`),
    )
  })

/** How packets are lost, and how that ends. */
interface Loss {
  readonly lose: (proxy: TestProxy, world: World) => void
  readonly mend: (proxy: TestProxy) => void
}

const losses = {
  all: { lose: (proxy) => proxy.swallow(), mend: (proxy) => proxy.forward() },
  allThenReset: { lose: (proxy) => proxy.swallow(), mend: (proxy) => proxy.reset() },
  answers: { lose: (proxy) => proxy.swallow("toClient"), mend: (proxy) => proxy.forward() },
  requestsThenReset: { lose: (proxy) => proxy.swallow("toServer"), mend: (proxy) => proxy.reset() },
  /** Each connection breaks in the middle of the next answer: of a commit, mostly. */
  inAnswer: {
    lose: (proxy, { draw }) => proxy.swallowAfter(draw.between(1, 12, "bytes")),
    mend: (proxy) => proxy.forward(),
  },
} satisfies Record<string, Loss>

/** Leads come while packets are lost, and go on coming and going afterwards. */
const lossOf = (
  neighbour: "toPostgres" | "toCustomer" | "toQueue",
  name: string,
  { lose, mend }: Loss,
  away: Duration.Input,
  more: Partial<Scenario> = {},
): Scenario => ({
  ownNetwork: true,
  mayLoseOutcomes: true,
  untilMended: true,
  before: unhurried,
  ...more,
  name,
  fault: (world) =>
    Effect.gen(function* () {
      const proxy = world.network[neighbour]
      yield* someTime(world, "lose", [0.2, 0.6])
      lose(proxy, world)
      yield* Effect.sleep(away)
      mend(proxy)
      yield* goesOn(world, 30)
      yield* nobodyWaitsLong(world)
      if (neighbour === "toPostgres" && !world.senders.answers.some(({ status }) => status === 503))
        world.findings.push("no sender was answered 503: no fault")
    }),
  verify: ({ rows }) =>
    neighbour !== "toCustomer" || rows.attempts.some(({ status, unknown }) => status === null && !unknown)
      ? []
      : ["no attempt without an answer: no fault"],
})

/** Longer than a statement is waited for (10 s) and its cancellation (5 s). */
const long = "17 seconds"

/** Packets between our processes and Postgres are lost. */
export const postgresNetworkFaults = {
  all: lossOf("toPostgres", "network-postgres-all", losses.all, long),
  allThenReset: lossOf("toPostgres", "network-postgres-all-then-reset", losses.allThenReset, "12 seconds"),
  answers: lossOf("toPostgres", "network-postgres-answers", losses.answers, long),
  requests: lossOf("toPostgres", "network-postgres-requests", losses.requestsThenReset, "12 seconds"),
  inAnswer: lossOf("toPostgres", "network-postgres-in-answer", losses.inAnswer, "12 seconds"),
} satisfies Record<string, Scenario>

/** Packets between workers and the customer are lost, for longer than an exchange may take (1 s). */
export const customerNetworkFaults: ReadonlyArray<Scenario> = [
  lossOf("toCustomer", "network-customer-all", losses.all, "4 seconds"),
  lossOf("toCustomer", "network-customer-answers", losses.answers, "3 seconds"),
  lossOf("toCustomer", "network-customer-requests", losses.requestsThenReset, "3 seconds"),
  lossOf("toCustomer", "network-customer-in-answer", losses.inAnswer, "3 seconds"),
]

const redis = { queues: ["redis"], env: { WORKER_CONCURRENCY: "5" } } satisfies Partial<Scenario>

/** Packets between our processes and Redis are lost, for longer than a command is waited for (2 s). */
export const redisNetworkFaults: ReadonlyArray<Scenario> = [
  lossOf("toQueue", "network-redis-all", losses.all, "5 seconds", redis),
  lossOf("toQueue", "network-redis-answers", losses.answers, "4 seconds", redis),
  lossOf("toQueue", "network-redis-requests", losses.requestsThenReset, "4 seconds", redis),
  lossOf("toQueue", "network-redis-in-answer", losses.inAnswer, "4 seconds", redis),
]

const rabbit = { queues: ["rabbitmq"], env: { WORKER_CONCURRENCY: "5" } } satisfies Partial<Scenario>

/** The same between our processes and RabbitMQ. */
export const rabbitNetworkFaults = {
  all: lossOf("toQueue", "network-rabbit-all", losses.all, "5 seconds", rabbit),
  answers: lossOf("toQueue", "network-rabbit-answers", losses.answers, "4 seconds", rabbit),
  requests: lossOf("toQueue", "network-rabbit-requests", losses.requestsThenReset, "4 seconds", rabbit),
  inAnswer: lossOf("toQueue", "network-rabbit-in-answer", losses.inAnswer, "4 seconds", rabbit),
} satisfies Record<string, Scenario>
