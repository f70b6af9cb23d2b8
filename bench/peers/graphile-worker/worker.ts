/** Delivers what the queue says, so many leads at once; jobs are fetched and completed in batches. */
import { Logger, run } from "graphile-worker"
import { makePool } from "../shared/database.ts"
import { makeDeliver } from "../shared/deliver.ts"
import { settings } from "../shared/settings.ts"

const pool = makePool()
const deliver = makeDeliver(pool)
const concurrentJobs = settings.concurrency()

await run({
  pgPool: pool,
  // Its line per job would be a second one beside the line of the delivery.
  logger: new Logger(() => () => undefined),
  preset: {
    worker: { concurrentJobs, localQueue: { size: 4 * concurrentJobs }, completeJobBatchDelay: 50 },
  },
  taskList: {
    deliver: (payload, { job }) =>
      deliver({
        leadId: (payload as { readonly leadId: string }).leadId,
        attempt: job.attempts,
        isLast: job.attempts >= job.max_attempts,
      }),
  },
})
