/** What both workers do with one lead: load, decide, open an attempt, send, record. */
import type { Pool } from "pg"
import pino from "pino"
import { Pool as Connections } from "undici"
import { makeMapper, type Payload, rejectionOf } from "./decide.ts"
import { settings } from "./settings.ts"

/** One job. */
export interface Job {
  readonly leadId: string
  /** From 1. */
  readonly attempt: number
  readonly isLast: boolean
}

interface Lead {
  readonly status: string
  readonly raw_payload: Payload
  readonly correlation_id: string
}

interface Outcome {
  readonly status?: number
  readonly body?: string
  readonly error?: string
}

const ended = new Set(["DELIVERED", "REJECTED", "PERMANENTLY_FAILED"])

/** Returns when the lead is delivered or can never be; fails when the queue shall try again later. */
export const makeDeliver = (pool: Pool): ((job: Job) => Promise<void>) => {
  const log = pino()
  const mapped = makeMapper("config/customer_attribute_mapping.json")
  const url = new URL(settings.customerUrl())
  const customer = new Connections(url.origin, { connections: settings.concurrency() })

  const send = async (job: Job, lead: Lead, body: string): Promise<Outcome> => {
    try {
      const response = await customer.request({
        method: "POST",
        path: url.pathname,
        headers: {
          "Content-Type": "application/json",
          Authorization: "Bearer token",
          "Idempotency-Key": job.leadId,
          "X-Correlation-ID": lead.correlation_id,
        },
        body,
        headersTimeout: 30_000,
        bodyTimeout: 30_000,
      })
      return { status: response.statusCode, body: (await response.body.text()).slice(0, 2000) }
    } catch (error) {
      return { error: String(error) }
    }
  }

  return async (job) => {
    const lead = (await pool.query<Lead>({ ...load, values: [job.leadId] })).rows[0]
    if (lead === undefined || ended.has(lead.status)) return
    const reason = rejectionOf(lead.raw_payload)
    if (reason !== undefined) {
      await pool.query({ ...reject, values: [job.leadId, reason] })
      log.info({ lead_id: job.leadId, correlation_id: lead.correlation_id, reason }, "lead rejected")
      return
    }
    const body = JSON.stringify(mapped(lead.raw_payload))
    await pool.query({ ...open, values: [job.leadId, job.attempt] })
    const outcome = await send(job, lead, body)
    const status = statusAfter(outcome, job.isLast)
    await pool.query({
      ...record,
      values: [
        job.leadId,
        job.attempt,
        status === "DELIVERED",
        outcome.status,
        outcome.body,
        outcome.error,
        status,
        body,
      ],
    })
    log.info({ lead_id: job.leadId, correlation_id: lead.correlation_id, status }, "delivery attempted")
    if (status === "FAILED") throw new Error(outcome.error ?? `the customer answered ${outcome.status}`)
  }
}

const statusAfter = ({ status = 0 }: Outcome, isLast: boolean) => {
  if (status >= 200 && status < 300) return "DELIVERED"
  const isFinal = status >= 300 && status < 500 && status !== 429
  return isFinal || isLast ? "PERMANENTLY_FAILED" : "FAILED"
}

const load = {
  name: "load",
  text: "SELECT status, raw_payload, correlation_id FROM inbound_lead WHERE id = $1",
}

const reject = {
  name: "reject",
  text: "UPDATE inbound_lead SET status = 'REJECTED', rejection_reason = $2, updated_at = now() WHERE id = $1",
}

const open = {
  name: "open",
  text: "INSERT INTO delivery_attempt (lead_id, attempt_no) VALUES ($1, $2) ON CONFLICT DO NOTHING",
}

const record = {
  name: "record",
  text: `WITH attempt AS (
    UPDATE delivery_attempt
    SET success = $3, status_code = $4, response_body = $5, error_message = $6, ended_at = now()
    WHERE lead_id = $1 AND attempt_no = $2
  )
  UPDATE inbound_lead SET status = $7, customer_payload = $8, updated_at = now() WHERE id = $1`,
}
