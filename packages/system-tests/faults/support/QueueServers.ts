import { TestCluster, TestRabbit, TestRedis, TestSentinels } from "@lead-gateway/testkit"
import { Effect, type Scope } from "effect"
import { ownPort } from "./places.ts"

/** What the queue in Redis or RabbitMQ consists of, and its URL. */
export type QueueServers = { readonly url: string } & (
  | { readonly form: "server"; readonly redis: TestRedis }
  | { readonly form: "sentinel"; readonly sentinels: TestSentinels }
  | { readonly form: "cluster"; readonly cluster: TestCluster }
  | { readonly form: "rabbit"; readonly rabbit: TestRabbit }
)

/** Starts it, for the current scope. */
export const makeQueueServers = (
  form: QueueServers["form"],
): Effect.Effect<QueueServers, never, Scope.Scope> =>
  Effect.gen(function* () {
    switch (form) {
      case "server": {
        const redis = yield* TestRedis.make({ port: yield* ownPort })
        return { form, redis, url: redis.url }
      }
      case "sentinel": {
        const sentinels = yield* TestSentinels.make()
        return { form, sentinels, url: sentinels.url }
      }
      case "cluster": {
        const cluster = yield* TestCluster.make({ masters: 3, replicas: 1 })
        return { form, cluster, url: cluster.url }
      }
      case "rabbit": {
        const rabbit = yield* TestRabbit.make({ port: yield* ownPort })
        return { form, rabbit, url: rabbit.url }
      }
    }
  })
