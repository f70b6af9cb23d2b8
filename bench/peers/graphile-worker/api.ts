/** Stores a lead and its job by one statement: either both are there or neither. */
import { runMigrations } from "graphile-worker"
import { createSchema, makePool } from "../shared/database.ts"
import { serveIntake } from "../shared/intake.ts"

const insert = {
  name: "insert",
  text: `WITH lead AS (
    INSERT INTO inbound_lead (raw_payload, source_headers, correlation_id) VALUES ($1, $2, $3) RETURNING id
  ), job AS (
    SELECT graphile_worker.add_job('deliver', json_build_object('leadId', id::text), max_attempts := 5) FROM lead
  )
  SELECT id FROM lead, job`,
}

const pool = makePool()
await createSchema(pool)
await runMigrations({ pgPool: pool })

await serveIntake(async ({ payload, headers, correlationId }) => {
  const stored = await pool.query<{ id: string }>({ ...insert, values: [payload, headers, correlationId] })
  return Number(stored.rows[0]?.id)
})
