/** How arriving leads are written: with their work, their counts and, where they have one, their sender's key. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { SqlError } from "effect/sql"
import { makeSegments } from "../Counters.ts"
import type { NewLead } from "../NewLead.ts"
import type { Received } from "../SenderKey.ts"
import { noteChanges } from "./changes.ts"
import {
  type KeyedRow,
  type KeyPieces,
  keyColumns,
  settleKeys,
  stored,
  withKeys,
  withoutKeys,
} from "./senderKeys.ts"
import { type Source, sources } from "./sources.ts"
import { columns, state } from "./sql.ts"
import { countReceived } from "./timeline.ts"

/** Stores leads, their work, counts and keys in one statement; returns what came of each, in the same order. */
export const insertLeads = (sql: PgClient.PgClient, source: Source = "webhook") => {
  const { keyedStatement, plainStatement } = statements[source]
  /** Segments that no statement uses now. Two statements in one segment would wait for each other's commit. */
  const idle: Array<() => string> = []
  const insert = <Row extends object>(
    statement: string,
    leads: ReadonlyArray<NewLead>,
    keys: ReturnType<typeof keyColumns> = [],
  ) =>
    Effect.suspend(() => {
      const segment = idle.pop() ?? makeSegments()
      return sql
        .unsafe<Row>(statement, [
          segment(),
          columns.text(leads.map((lead) => lead.payload)),
          columns.text(leads.map((lead) => lead.sourceHeaders)),
          columns.bytea(leads.map((lead) => lead.payloadHash)),
          columns.text(leads.map((lead) => lead.correlationId)),
          columns.float8(leads.map((lead) => lead.queuePatienceMs / 1000)),
          ...keys,
        ])
        .pipe(Effect.ensuring(Effect.sync(() => idle.push(segment))))
    })
  const insertKeyed = (leads: ReadonlyArray<NewLead>) =>
    insert<KeyedRow>(keyedStatement, leads, keyColumns(leads))
  return (leads: ReadonlyArray<NewLead>): Effect.Effect<ReadonlyArray<Received>, SqlError.SqlError> =>
    leads.some(hasKey)
      ? settleKeys(leads, insertKeyed)
      : Effect.map(insert<{ readonly id: bigint }>(plainStatement, leads), (rows) =>
          rows.map(({ id }) => stored(id)),
        )
}

const hasKey = ({ senderKey }: NewLead): boolean => senderKey !== undefined

const statementOf = (source: Source, keys: KeyPieces): string => `
  WITH input AS MATERIALIZED (
    SELECT ${keys.id} AS id, lead.*${keys.earlier}
    FROM unnest($2::text[], $3::text[], $4::bytea[], $5::text[], $6::float8[]${keys.types})
      WITH ORDINALITY AS lead (payload, source_headers, payload_hash, correlation_id, patience${keys.names}, ord)
      ${keys.join}
  )${keys.keyed}, stored AS (
    INSERT INTO lead (id, tenant_id, source_id, raw_payload, source_headers, payload_hash, correlation_id)
    SELECT id, 1, ${sources[source]}, payload::json, source_headers::json, payload_hash, correlation_id FROM input ${keys.whereNew}
  ), opened AS (
    INSERT INTO work (lead_id, tenant_id, due_at)
    SELECT id, 1, now() + make_interval(secs => patience) FROM input ${keys.whereNew}
  ), counted AS (
    INSERT INTO lead_count AS c (segment, tenant_id, account, leads)
    SELECT $1::bigint, 1, account, count(*) FROM input CROSS JOIN unnest(ARRAY['RECEIVED', 'TOTAL']) AS account
    ${keys.whereNew} GROUP BY account
    ON CONFLICT ON CONSTRAINT lead_count_pkey DO UPDATE SET leads = c.leads + excluded.leads
  ), on_timeline AS (${countReceived(keys.whereNew)}), changes AS (
    SELECT id AS lead_id, ${state("RECEIVED")} AS state FROM input ${keys.whereNew}
  ), noted_changes AS (${noteChanges("changes")})
  SELECT ${keys.result} FROM input ORDER BY ord`

const statementsOf = (source: Source) => ({
  plainStatement: statementOf(source, withoutKeys),
  keyedStatement: statementOf(source, withKeys),
})

const statements = { webhook: statementsOf("webhook"), test: statementsOf("test") }
