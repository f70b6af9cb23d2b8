/** Stores a lead by one INSERT, then adds a job for it. */
import { Queue } from "bullmq"
import { createSchema, makePool } from "../shared/database.ts"
import { serveIntake } from "../shared/intake.ts"
import { connect, type LeadJob, queueName } from "./queue.ts"

const insert = {
  name: "insert",
  text: "INSERT INTO inbound_lead (raw_payload, source_headers, correlation_id) VALUES ($1, $2, $3) RETURNING id",
}

const pool = makePool()
await createSchema(pool)
const queue = new Queue<LeadJob>(queueName, {
  connection: connect(),
  defaultJobOptions: {
    attempts: 5,
    backoff: { type: "exponential", delay: 30_000 },
    removeOnComplete: true,
    removeOnFail: 1000,
  },
})

await serveIntake(async ({ payload, headers, correlationId }) => {
  const stored = await pool.query<{ id: string }>({ ...insert, values: [payload, headers, correlationId] })
  const leadId = stored.rows[0]?.id ?? ""
  await queue.add("deliver", { leadId })
  return Number(leadId)
})
