/** What tests do at a customer's gate. */
import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import { gateJson } from "../../src/Gate.ts"
import { type AttemptRecord, type Gate, LeadWork } from "../../src/index.ts"
import { claim, gate, lease, open, receive, record } from "./world.ts"

interface GateRow {
  readonly circuit: string
  readonly failed_leads: ReadonlyArray<bigint>
  readonly open_for: number
  readonly probe_lead: bigint | null
  readonly probe_in: number | null
  /** Where the row lies: it changes with every write. */
  readonly place: string
}

/** The gate's row; undefined while there is none. */
export const gateRow = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<GateRow>`
      SELECT circuit, failed_leads, extract(epoch FROM open_for)::float8 AS open_for, probe_lead,
        extract(epoch FROM probe_at - clock_timestamp())::float8 AS probe_in, xmin || ' ' || ctid AS place
      FROM customer_gate`,
    (rows) => rows[0],
  ),
)

/** A new lead whose attempt 1 is opened. */
export const openOne = Effect.gen(function* () {
  const [id] = yield* receive(1)
  const [lead] = yield* LeadWork.use((work) => work.claim({ ids: id === undefined ? [] : [id], max: 1 }))
  if (lead === undefined) return yield* Effect.die(new Error("the new lead cannot be claimed"))
  yield* open(lead)
  return lead
})

/** Sends a new lead, with this outcome. */
export const send = (outcome: Omit<AttemptRecord, "id" | "lease" | "attemptNo">) =>
  Effect.tap(openOne, (lead) => record(lead, 1, outcome))

/** The open circuit's wait for a probe is over, or the wait for a probe's outcome. */
export const probeTimeComes = PgClient.PgClient.use((sql) => sql`UPDATE customer_gate SET probe_at = now()`)

/** Claims what there is, and opens an attempt of it: the probe, when the circuit is open. */
export const openNext = Effect.gen(function* () {
  const [lead, ...others] = yield* claim(10)
  if (lead === undefined || others.length > 0)
    return yield* Effect.die(new Error("not one lead to be claimed"))
  return { ...lead, attemptNo: (yield* open(lead)).attemptNo }
})

/** A further worker on the same database. */
export const anotherWorker = (options: Partial<Gate> = {}) =>
  Effect.map(Layer.build(Layer.fresh(LeadWork.layer({ lease, gate: { ...gate, ...options } }))), (context) =>
    Context.get(context, LeadWork),
  )

/** A gate at a moment; times in ms, those that are left out long ago. */
export interface GateState {
  readonly at: number
  /** When the next delivery is in turn. */
  readonly next?: number
  /** Since when the circuit has been closed. */
  readonly closed?: number
  /** The circuit is open, and this is when it is probed. */
  readonly probe?: number
}

/** What such a gate would let through; times in ms after that moment. */
export const permitsAt = (options: Partial<Gate>, state: GateState) =>
  PgClient.PgClient.use((sql) =>
    Effect.flatMap(
      sql<{ permits: number; spacing: number | null; wait: number; ahead: number | null }>`
        SELECT p.permits, (extract(epoch FROM p.spacing) * 1000)::float8 AS spacing,
          (extract(epoch FROM p.again_at - moment.at) * 1000)::float8 AS wait,
          (extract(epoch FROM p.next_send - moment.at) * 1000)::float8 AS ahead
        FROM (SELECT to_timestamp(${state.at}::float8 / 1000) AS at) AS moment,
          permits_of(
            jsonb_populate_record(NULL::customer_gate, jsonb_build_object(
              'circuit', CASE WHEN ${state.probe ?? null}::float8 IS NULL THEN 'closed' ELSE 'open' END,
              'changed_at', CASE WHEN ${state.closed ?? null}::float8 IS NULL THEN '-infinity'::timestamptz
                ELSE to_timestamp(${state.closed ?? null}::float8 / 1000) END,
              'probe_at', to_timestamp(${state.probe ?? null}::float8 / 1000),
              'next_send_at', to_timestamp(${state.next ?? 0}::float8 / 1000)
            )),
            ${gateJson({ ...gate, ...options }, lease)}::text::jsonb,
            moment.at
          ) AS p`,
      ([row]) => (row === undefined ? Effect.die(new Error("no answer")) : Effect.succeed(row)),
    ),
  )
