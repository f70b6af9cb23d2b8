/** The queue between api and worker. */
import { Redis } from "ioredis"
import { settings } from "../shared/settings.ts"

export const queueName = "leads"

/** What a job holds. */
export interface LeadJob {
  readonly leadId: string
}

/** BullMQ's workers wait on a connection, so it must not give up on a command. */
export const connect = (): Redis => new Redis(settings.redisUrl(), { maxRetriesPerRequest: null })
