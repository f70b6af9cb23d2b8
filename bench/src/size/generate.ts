/** Millions of leads, made by Postgres itself: as the gateway would have left them, without its having had to run. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"

/** Leads that are new and may be claimed, at the end of each growth. */
export const dueLeads = 5000

/** Rows of one statement. */
const chunkSize = 250_000

/**
 * Adds leads until there are so many: of a thousand 800 are delivered at the first or second attempt, 150 rejected, 40
 * permanently failed after five, 5 parked and 5 wait for a retry; the newest {@link dueLeads} are new.
 */
export const growTo = Effect.fnUntraced(function* (leads: number) {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{
    last: number
  }>`SELECT CASE WHEN is_called THEN last_value ELSE 0 END::integer AS last FROM lead_id_seq`
  const first = (row?.last ?? 0) + 1
  for (let from = first; from <= leads;) {
    // Within one partition, so that statements can name it.
    const to = Math.min(leads + 1, from + chunkSize, (Math.floor(from / 1_000_000) + 1) * 1_000_000)
    yield* makePartitions(Math.floor(from / 1_000_000))
    const settledBefore = Math.max(from, Math.min(to, leads - dueLeads + 1))
    yield* insert(from, to, settledBefore).pipe(sql.withTransaction)
    from = to
  }
  yield* sql.unsafe(`SELECT setval('lead_id_seq', ${leads}), setval('attempt_id_seq', ${leads * 5 + 5})`)
})

/** Makes sure that the partitions up to this number are there. */
export const makePartitions = Effect.fnUntraced(function* (upTo: number) {
  const sql = yield* PgClient.PgClient
  for (const table of ["lead", "decision", "delivery", "attempt", "lead_event", "lead_contact"]) {
    for (let partition = 0; partition <= upTo; partition++) {
      const name = `${table}_p${String(partition).padStart(6, "0")}`
      const found = yield* sql<{ name: string | null }>`SELECT to_regclass(${name})::text AS name`
      if (found[0]?.name !== null) continue
      yield* sql.unsafe(`CREATE TABLE ${name} (LIKE ${table} INCLUDING ALL)`)
      yield* sql.unsafe(
        `ALTER TABLE ${table} ATTACH PARTITION ${name}
         FOR VALUES FROM (${partition * 1_000_000}) TO (${(partition + 1) * 1_000_000})`,
      )
    }
  }
})

const payload = `('{"email":"customer' || id || '@example.com","phone":"+49123' || id || '","zipcode":"66123","house":{"is_owner":true},'
  || '"first_name":"Ada","last_name":"Lovelace","solar_energy_consumption":"5000","solar_offer_type":"Kaufen"}')::json`
const headers = `'{"content-type":"application/json","user-agent":"a-lead-form/1.0","host":"leads.example.com"}'`
const body = `('{"phone":"+49123' || id || '","email":"customer' || id || '@example.com","product":{"name":"solar_panel_installation"},'
  || '"lead_attributes":{"solar_energy_consumption":"5000","solar_offer_type":"Kaufen"}}')::json`

/** The leads from one id up to, and without, another; those from `newFrom` on are new. */
const insert = (from: number, to: number, newFrom: number) =>
  PgClient.PgClient.use((sql) => {
    const p = `_p${String(Math.floor(from / 1_000_000)).padStart(6, "0")}`
    // Ten a second, up to now. Properties of leads look random and are the same in each run.
    const leads = (condition: string) => `
      FROM (
        SELECT id, now() - (${to} - id) * interval '100 ms' AS at, state, tries FROM generate_series(${from}::bigint, ${to - 1}) AS id
        CROSS JOIN LATERAL (SELECT (id * 7919) % 1000 AS chance) AS c
        CROSS JOIN LATERAL (SELECT CASE
          WHEN id >= ${newFrom} THEN 'RECEIVED' WHEN chance < 800 THEN 'DELIVERED' WHEN chance < 950 THEN 'REJECTED'
          WHEN chance < 990 THEN 'PERMANENTLY_FAILED' WHEN chance < 995 THEN 'PARKED' ELSE 'RETRYING' END AS state) AS s
        CROSS JOIN LATERAL (SELECT CASE
          WHEN state = 'DELIVERED' AND chance < 640 THEN 1 WHEN state = 'DELIVERED' THEN 2
          WHEN state = 'PERMANENTLY_FAILED' THEN 5 WHEN state = 'RETRYING' THEN 2 ELSE 0 END AS tries) AS t
      ) AS made WHERE ${condition}`
    const statements = [
      "SET LOCAL synchronous_commit = off",
      `INSERT INTO lead${p} (id, tenant_id, source_id, received_at, raw_payload, source_headers, payload_hash, correlation_id)
       SELECT id, 1, 1, at, ${payload}, ${headers}, sha256(int8send(id)), md5(id::text) ${leads("true")}`,
      `INSERT INTO decision${p} (lead_id, delivery_no, decided_at, verdict, reason, details, normalized_payload, omitted_attributes, decided_with)
       SELECT id, 0, at, CASE WHEN tries > 0 THEN 'READY' ELSE state END::lead_state,
         CASE WHEN tries = 0 THEN 'ZIP_NOT_66XXX' END, '{"rule":"zip"}', CASE WHEN state <> 'REJECTED' THEN ${payload} END,
         '[]', '{"rules":"1","profile":"1","mapping":"1"}' ${leads("state <> 'RECEIVED'")}`,
      `INSERT INTO delivery${p} (lead_id, delivery_no, customer_id, created_at, idempotency_key, payload)
       SELECT id, 0, 1, at, gen_random_uuid(), ${body} ${leads("tries > 0")}`,
      `INSERT INTO attempt${p} (id, lead_id, delivery_no, attempt_no, requested_at, ended_at, success, outcome_unknown, is_probe,
         duration_ms, response_status, response_body, error_message, fault)
       SELECT id * 5 + no, id, 0, no, at, at, ok, false, false, 80, CASE WHEN ok THEN 200 ELSE 503 END, '{"ok":true}',
         CASE WHEN NOT ok THEN 'the customer answered 503' END, CASE WHEN NOT ok THEN 'customer' END
       FROM (SELECT id, at, no, state = 'DELIVERED' AND no = tries AS ok
         FROM (SELECT id, at, state, tries ${leads("tries > 0")}) AS tried CROSS JOIN generate_series(1, tries) AS no) AS a`,
      `INSERT INTO lead_event${p} (lead_id, at, type, details) SELECT id, at, 'held_back', '{}' ${leads("tries > 1 AND id % 10 = 0")}`,
      `INSERT INTO settled_lead (lead_id, tenant_id, received_at, settled_at, state, reason)
       SELECT id, 1, at, at, state::lead_state, CASE state
         WHEN 'REJECTED' THEN 'ZIP_NOT_66XXX' WHEN 'PARKED' THEN 'MISSING_REQUIRED_FIELD'
         WHEN 'PERMANENTLY_FAILED' THEN 'MAX_ATTEMPTS_REACHED' END ${leads("state NOT IN ('RECEIVED', 'RETRYING')")}`,
      `INSERT INTO lead_contact${p} (tenant_id, hash, lead_id)
       SELECT 1, md5(kind || id)::uuid, id FROM (SELECT id ${leads("state <> 'RECEIVED'")}) AS decided
       CROSS JOIN unnest(ARRAY['email', 'phone']) AS kind`,
      `INSERT INTO work (lead_id, tenant_id, received_at) SELECT id, 1, at ${leads("state = 'RECEIVED'")}`,
      `INSERT INTO work (lead_id, tenant_id, customer_id, received_at, state, prior_state, listed_as, lane, due_at, scheduled_at, attempt_no)
       SELECT id, 1, 1, at, 'RETRYING', 'READY', 'RETRYING', 1, now() + interval '1 day', now() + interval '1 day', tries
       ${leads("state = 'RETRYING'")}`,
      `INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
       SELECT 0, 1, account, count(*) FROM (
         SELECT unnest(ARRAY[state, 'TOTAL']) AS account ${leads("true")}
       ) AS counted GROUP BY account
       ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads`,
    ]
    return Effect.forEach(statements, (statement) => sql.unsafe(statement).unprepared, { discard: true })
  })
