/** A database with leads of any age and state, written by hand: retention looks at rows alone. */
import { PgClient } from "@effect/sql-pg"
import { type Template, TestDatabase } from "@lead-gateway/testkit"
import { Effect, Layer, Redacted } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { Migrations } from "../../src/index.ts"
import { sessionSettings } from "../../src/LeadDatabase.ts"
import { createPartitions } from "../../src/Partitions.ts"

const directory = fileURLToPath(new URL("../../../../migrations", import.meta.url))

/** A migrated database with the first partitions and no leads. */
const template: Template<unknown> = {
  key: [
    "with partitions",
    ...readdirSync(directory).map((file) => readFileSync(join(directory, file), "utf8")),
  ].join(),
  migrate: (url) =>
    Effect.andThen(
      Migrations.up({ connection: { url: Redacted.make(url), ssl: false }, directory }),
      Effect.provide(
        PgClient.PgClient.use((sql) => createPartitions(sql)),
        PgClient.layer({ url: Redacted.make(url) }),
      ),
    ),
}

/** Runs a test in a database of its own, on connections with other settings. */
export const inDatabaseWith = (settings: Readonly<Record<string, string>>) =>
  Effect.provide(
    Layer.unwrap(
      Effect.map(TestDatabase.make({ template }), ({ url }) =>
        PgClient.layer({ url: Redacted.make(url), startupParameters: { ...sessionSettings, ...settings } }),
      ),
    ),
  )

/** As {@link inDatabaseWith}, with the settings that every process has. */
export const inDatabase = inDatabaseWith({})

/** The leads that a test needs. */
export interface Leads {
  /** The first id; the others follow. */
  readonly from: number
  readonly count?: number
  readonly state: "READY" | "PARKED" | "REJECTED" | "DELIVERED" | "PERMANENTLY_FAILED"
  /** Received and ended so many days ago. */
  readonly daysAgo: number
  readonly tenant?: number
  readonly payload?: string
}

/** Stores leads with a decision, a delivery, two attempts and an event each, and moves the sequence past them. */
export const store = Effect.fnUntraced(function* (leads: Leads) {
  const { count = 1, daysAgo, from, payload = '{"a":1}', state, tenant = 1 } = leads
  const sql = yield* PgClient.PgClient
  const at = sql`now() - make_interval(days => ${daysAgo}::integer)`
  const ids = sql`generate_series(${from}::bigint, ${from + count - 1}::bigint) AS id`
  yield* Effect.gen(function* () {
    yield* sql`SELECT setval('lead_id_seq', greatest(${from + count - 1}::bigint, (SELECT last_value FROM lead_id_seq)))`
    yield* sql`
      INSERT INTO lead (id, tenant_id, source_id, received_at, raw_payload, source_headers, payload_hash, correlation_id)
      SELECT id, ${tenant}::integer, 1, ${at}, ${payload}::text::json, '{}', sha256('x'), 'c-' || id FROM ${ids}`
    yield* sql`
      INSERT INTO decision (lead_id, delivery_no, verdict, reason, details, omitted_attributes, decided_with)
      SELECT id, 0, 'READY', NULL, '{}', '[]', '{}' FROM ${ids}`
    yield* sql`
      INSERT INTO delivery (lead_id, delivery_no, customer_id, idempotency_key, payload)
      SELECT id, 0, 1, gen_random_uuid(), '{"n":12345678901234567890}' FROM ${ids}`
    yield* sql`
      INSERT INTO attempt (id, lead_id, delivery_no, attempt_no, requested_at, success, outcome_unknown, is_probe)
      SELECT id * 2 + no, id, 0, no, ${at}, no = 2, false, false FROM ${ids} CROSS JOIN generate_series(1, 2) AS no`
    yield* sql`INSERT INTO lead_event (lead_id, type) SELECT id, 'held_back' FROM ${ids}`
    yield* sql`INSERT INTO lead_contact (tenant_id, hash, lead_id) SELECT ${tenant}::integer, gen_random_uuid(), id FROM ${ids}`
    yield* state === "READY"
      ? sql`INSERT INTO work (lead_id, tenant_id, received_at, state) SELECT id, ${tenant}::integer, ${at}, 'READY' FROM ${ids}`
      : sql`
          INSERT INTO settled_lead (lead_id, tenant_id, received_at, settled_at, state, reason)
          SELECT id, ${tenant}::integer, ${at}, ${at}, ${state}::lead_state,
            CASE ${state} WHEN 'DELIVERED' THEN NULL ELSE 'A_REASON' END FROM ${ids}`
    yield* sql`
      INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
      SELECT 7, ${tenant}::integer, account, ${count}::bigint FROM unnest(ARRAY[${state}, 'TOTAL']) AS account
      ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads`
  }).pipe(sql.withTransaction)
})

/** The ids that are left in each table that leads have rows in. */
export const idsLeft = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const tables = [
    "decision",
    "delivery",
    "attempt",
    "lead_event",
    "lead_contact",
    "settled_lead",
    "work",
  ] as const
  const left = new Map<string, ReadonlyArray<number>>()
  const idsOf = (table: string, column: string) =>
    Effect.map(
      sql.unsafe<{ id: bigint }>(`SELECT DISTINCT ${column} AS id FROM ${table} ORDER BY 1`),
      (rows) => rows.map(({ id }) => Number(id)),
    )
  left.set("lead", yield* idsOf("lead", "id"))
  for (const table of tables) left.set(table, yield* idsOf(table, "lead_id"))
  return Object.fromEntries(left) as Readonly<Record<"lead" | (typeof tables)[number], ReadonlyArray<number>>>
})

/** Leads per state as they are counted, and as the rows and `sealed_count` have them, at one moment. */
export const books = Effect.gen(function* () {
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ counted: object; found: object }>`
    SELECT
      (SELECT json_object_agg(account, leads) FROM (
        SELECT account, sum(leads) AS leads FROM lead_count WHERE account <> 'TOTAL' GROUP BY account HAVING sum(leads) <> 0
      ) AS c) AS counted,
      (SELECT json_object_agg(account, leads) FROM (
        SELECT account, sum(leads) AS leads FROM (
          SELECT state::text AS account, 1 AS leads FROM settled_lead
          UNION ALL SELECT state::text, 1 FROM work
          UNION ALL SELECT account, leads FROM sealed_count
        ) AS rows GROUP BY account
      ) AS f) AS found`
  return row ?? { counted: {}, found: {} }
})

/** What is sealed, a line each. */
export const sealed = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ line: string }>`
      SELECT concat_ws(' ', tenant_id, partition_no, account, leads) AS line FROM sealed_count ORDER BY 1`,
    (rows) => rows.map(({ line }) => line),
  ),
)

/** The partitions of leads that there are, by number. */
export const partitions = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql<{ name: string }>`
      SELECT relname AS name FROM pg_class WHERE relkind = 'r' AND relname ~ '_p[0-9]{6}$' ORDER BY relname`,
    (rows) => rows.map(({ name }) => name),
  ),
)
