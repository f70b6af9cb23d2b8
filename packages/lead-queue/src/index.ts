/**
 * Announces to workers which leads to claim next.
 *
 * `LeadQueue` is the interface. Of its drivers, `PostgresLeadQueue` needs only the database, and `RedisLeadQueue` is a list
 * in Redis. The api offers leads, the worker takes them. Every lead is in Postgres as well, so a queue may lose ids.
 */
export { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
export * as PostgresLeadQueue from "./PostgresLeadQueue.ts"
export { type QueueOptions, queueLayer } from "./queueLayer.ts"
export * as RedisLeadQueue from "./RedisLeadQueue.ts"
export { lookAtRedis, type RedisLook } from "./RedisLook.ts"
export * as RedisUrl from "./RedisUrl.ts"
