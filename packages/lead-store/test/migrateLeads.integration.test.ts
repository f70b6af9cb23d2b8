import { assert, describe, it } from "@effect/vitest"
import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { TestDatabase } from "@lead-gateway/testkit"
import { Effect } from "effect"
import { readdirSync } from "node:fs"
import { imbalance, LeadLedger, ledgerDifferences, LeadWork, Migrations } from "../src/index.ts"
import {
  address,
  claim,
  failed,
  history,
  migrations,
  record,
  replay,
  services,
  succeeded,
} from "./support/world.ts"

const later = readdirSync(migrations).length - 1

/**
 * Leads as the first version of the schema kept them, by id: 1 new, 2 owned and undecided, 3 READY and given back,
 * 4 READY with an attempt under way, 5 waiting for a retry, 6 owned for a retry, 7 parked, 8 rejected, 9 delivered,
 * 10 permanently failed.
 */
const makeLeads = PgClient.PgClient.use((sql) =>
  Effect.gen(function* () {
    yield* sql`
      INSERT INTO inbound_lead (
        status, rejection_reason, raw_payload, source_headers, payload_hash, correlation_id, customer_payload,
        attempt_count, next_attempt_at, lease_token
      )
      SELECT status, reason, '{"phone": 1}', '{}', repeat('0', 64), 'c', CASE WHEN status <> 'RECEIVED' THEN '{}'::jsonb END,
        attempts, now() + minutes * interval '1 minute', CASE WHEN owned THEN gen_random_uuid() END
      FROM (VALUES
        (1, 'RECEIVED', NULL, 0, -5, false),
        (2, 'RECEIVED', NULL, 0, 1, true),
        (3, 'READY', NULL, 0, -4, false),
        (4, 'READY', NULL, 1, 1, true),
        (5, 'FAILED', NULL, 1, 60, false),
        (6, 'FAILED', NULL, 1, 1, true),
        (7, 'FAILED', 'MISSING_REQUIRED_FIELD', 0, NULL, false),
        (8, 'REJECTED', 'ZIP_NOT_66XXX', 0, NULL, false),
        (9, 'DELIVERED', NULL, 2, NULL, false),
        (10, 'PERMANENTLY_FAILED', 'CUSTOMER_REFUSED', 1, NULL, false)
      ) AS lead (n, status, reason, attempts, minutes, owned) ORDER BY n`
    yield* sql`
      INSERT INTO delivery_attempt (lead_id, attempt_no, ended_at, success)
      SELECT id, n, CASE WHEN id <> 4 THEN now() END, status = 'DELIVERED' AND n = attempt_count
      FROM inbound_lead, generate_series(1, attempt_count) AS n`
    yield* sql`INSERT INTO lead_event (lead_id, type) SELECT id, 'received' FROM inbound_lead`
    yield* sql`
      INSERT INTO lead_count (shard, status, leads) SELECT id % 3, status, count(*) FROM inbound_lead GROUP BY 1, 2`
  }),
)

/** Every lead of the first version of the schema, as text, but for its columns' order. */
const firstLeads = PgClient.PgClient.use(
  (sql) => sql`
    SELECT (to_jsonb(lead) - 'updated_at')::text AS lead, (
      SELECT jsonb_agg(to_jsonb(attempt) ORDER BY attempt_no)::text FROM delivery_attempt AS attempt WHERE lead_id = lead.id
    ) AS attempts
    FROM inbound_lead AS lead ORDER BY id`,
)

/** What is known of every lead. */
const histories = Effect.forEach([1, 2, 3, 4, 5, 6, 7, 8, 9, 10] as const, (id) => history(LeadId.make(id)))

const openLeads = PgClient.PgClient.use(
  (sql) => sql`SELECT id, is_decided, lease_token IS NOT NULL AS owned FROM open_lead ORDER BY id`,
)

describe("the migrations after the first", () => {
  it.effect(
    "keep leads of every status, their schedule and their counts, there and back and there again",
    () =>
      Effect.gen(function* () {
        const { url } = yield* TestDatabase
        const options = { connection: address(url), directory: migrations }
        yield* Migrations.up(options)
        yield* Migrations.down({ ...options, count: later })
        yield* makeLeads
        const first = yield* firstLeads

        yield* Migrations.up(options)
        const opened = yield* openLeads
        assert.deepStrictEqual(opened, [
          { id: 1n, is_decided: false, owned: false },
          { id: 2n, is_decided: false, owned: true },
          { id: 3n, is_decided: true, owned: false },
          { id: 4n, is_decided: true, owned: true },
          { id: 5n, is_decided: true, owned: false },
          { id: 6n, is_decided: true, owned: true },
        ])
        const { fromCounters, fromRows } = yield* LeadLedger
        const ledger = yield* fromRows
        assert.deepInclude(ledger, { received: 10, inFlight: 4, failed: 3, stranded: 0 })
        assert.deepStrictEqual(ledgerDifferences(yield* fromCounters, ledger), [])
        const told = yield* histories

        assert.strictEqual((yield* Migrations.down({ ...options, count: later })).length, later)
        assert.deepStrictEqual(yield* firstLeads, first)
        yield* Migrations.up(options)
        assert.deepStrictEqual(yield* openLeads, opened)
        assert.deepStrictEqual(yield* histories, told)

        assert.deepStrictEqual(
          (yield* claim(10)).map(({ id }) => Number(id)),
          [1, 3],
        )
        yield* LeadWork.use((work) => work.releaseAll)
        const claimed = yield* claim(10)
        assert.sameMembers(
          claimed.map(({ id }) => Number(id)),
          [1, 2, 3, 4, 6],
        )
        const sent = claimed.find((lead) => lead.attemptIsOpen)
        assert(sent !== undefined && sent.id === 4)
        assert.isTrue(yield* record(sent, 1, succeeded))
        assert.isFalse(yield* record({ ...sent, id: LeadId.make(10) }, 1, failed))
        assert.strictEqual(
          yield* replay("all", { statuses: ["REJECTED", "FAILED", "PERMANENTLY_FAILED"] }),
          3,
        )
        const after = yield* fromRows
        assert.deepInclude(after, { received: 10, delivered: 2, inFlight: 6, failed: 2, stranded: 0 })
        assert.strictEqual(imbalance(yield* fromCounters), 0)
      }).pipe(Effect.provide(services()), Effect.scoped, Effect.provide(TestDatabase.layerClient())),
  )
})
