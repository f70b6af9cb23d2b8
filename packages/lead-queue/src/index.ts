/**
 * Which lead to look at next.
 *
 * One small interface, `LeadQueue`, and its drivers: `PostgresLeadQueue` needs nothing but the database,
 * `RedisLeadQueue` is a list in Redis. The api offers leads to it, the worker takes from it. It is never the only
 * place that knows of a lead.
 */
export { type Hint, LeadQueue, LeadQueueUnavailable } from "./LeadQueue.ts"
export * as PostgresLeadQueue from "./PostgresLeadQueue.ts"
export { type QueueOptions, queueLayer } from "./queueLayer.ts"
export * as RedisLeadQueue from "./RedisLeadQueue.ts"
export { lookAtRedis, type RedisLook } from "./RedisLook.ts"
export * as RedisUrl from "./RedisUrl.ts"
