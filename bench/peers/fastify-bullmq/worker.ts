/** Delivers what the queue says, so many leads at once. */
import { Worker } from "bullmq"
import { makePool } from "../shared/database.ts"
import { makeDeliver } from "../shared/deliver.ts"
import { settings } from "../shared/settings.ts"
import { connect, type LeadJob, queueName } from "./queue.ts"

const deliver = makeDeliver(makePool())

const worker = new Worker<LeadJob>(
  queueName,
  ({ data, attemptsMade, opts: { attempts = 1 } }) =>
    deliver({ leadId: data.leadId, attempt: attemptsMade + 1, isLast: attemptsMade + 1 >= attempts }),
  { connection: connect(), concurrency: settings.concurrency() },
)
worker.on("error", (error) => console.error(error))
