/**
 * Announces to workers which leads to claim next.
 *
 * `LeadQueue` is the interface. Of its drivers, `PostgresLeadQueue` needs only the database, `RedisLeadQueue` is a list in
 * Redis, and `RabbitLeadQueue` a queue in RabbitMQ. The api offers leads, the worker takes them. Every lead is in Postgres as well, so a queue may lose ids.
 */
export { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
export * as PostgresLeadQueue from "./PostgresLeadQueue.ts"
export { type QueueOptions, queueLayer } from "./queueLayer.ts"
export * as RabbitLeadQueue from "./RabbitLeadQueue.ts"
export { lookAtRabbit, type RabbitLook } from "./RabbitLook.ts"
export * as RabbitUrl from "./RabbitUrl.ts"
export * as RedisLeadQueue from "./RedisLeadQueue.ts"
export { lookAtRedis, type RedisLook } from "./RedisLook.ts"
export * as RedisUrl from "./RedisUrl.ts"
