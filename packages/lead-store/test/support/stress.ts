/** Many workers and operators on the same few leads, as fast as they can. */
import { PgClient } from "@effect/sql-pg"
import { Clock, Duration, Effect, Fiber } from "effect"
import { isDeepStrictEqual } from "node:util"
import type { ClaimedWork } from "../../src/index.ts"
import { bothCounts } from "./rows.ts"
import { makeWalk, random } from "./walk.ts"
import {
  anotherProcess,
  claim,
  complete,
  configure,
  open,
  receive,
  secondCustomer,
  succeeded,
  unknownAndLast,
} from "./world.ts"

/** When the server began, and how often one of its processes was lost since: neither changes unless it crashes. */
export const serverStart = PgClient.PgClient.use(
  (sql) => sql`
    SELECT pg_postmaster_start_time() AS started, (
      SELECT backend_start FROM pg_stat_activity WHERE backend_type = 'checkpointer'
    ) AS recovered`,
)

/** Lets nothing leave DELIVERED, and counts what leaves another end. */
const guardEnds = PgClient.PgClient.use((sql) =>
  Effect.forEach(
    [
      `CREATE TABLE left_end (lead_id bigint, state lead_state)`,
      `CREATE FUNCTION leave_end() RETURNS trigger LANGUAGE plpgsql AS $$
       BEGIN
         IF OLD.state = 'DELIVERED' OR (TG_OP = 'UPDATE' AND (OLD.state <> 'PARKED' OR NEW.state <> 'DELIVERED')) THEN
           RAISE EXCEPTION '% % left its end', OLD.lead_id, OLD.state;
         END IF;
         IF TG_OP = 'DELETE' THEN INSERT INTO left_end VALUES (OLD.lead_id, OLD.state); RETURN OLD; END IF;
         RETURN NEW;
       END $$`,
      `CREATE TRIGGER leave_end BEFORE UPDATE OR DELETE ON settled_lead FOR EACH ROW EXECUTE FUNCTION leave_end()`,
    ],
    (statement) => sql.unsafe(statement),
  ),
)

/** Contradictions between rows, of which there must be none at any moment: a row describes one. */
export const contradictions = PgClient.PgClient.use(
  (sql) => sql<{ what: string; lead_id: bigint }>`
    WITH waits AS (SELECT lead_id FROM work WHERE state IN ('RECEIVED', 'READY', 'RETRYING')),
    number AS (
      SELECT lead_id, attempt_no, false AS is_open FROM attempt
      UNION ALL
      SELECT lead_id, attempt_no, true FROM work WHERE attempt_is_open
    )
    SELECT 'neither at work nor ended' AS what, id AS lead_id FROM lead
    WHERE id NOT IN (TABLE waits) AND id NOT IN (SELECT lead_id FROM settled_lead)
    UNION ALL
    SELECT 'at work and ended', lead_id FROM settled_lead WHERE lead_id IN (TABLE waits)
    UNION ALL
    SELECT 'at work twice', lead_id FROM waits GROUP BY lead_id HAVING count(*) > 1
    UNION ALL
    SELECT 'attempts are not 1, 2, 3 …', lead_id FROM number GROUP BY lead_id
    HAVING count(*) <> max(attempt_no) OR count(DISTINCT attempt_no) <> count(*)
    UNION ALL
    SELECT 'an attempt is open twice', lead_id FROM number WHERE is_open GROUP BY lead_id HAVING count(*) > 1
    UNION ALL
    SELECT 'not the attempts that work counts', work.lead_id FROM work
    WHERE attempt_no <> coalesce((SELECT max(attempt_no) FROM number WHERE number.lead_id = work.lead_id), 0)
    UNION ALL
    SELECT 'delivered without a success', lead_id FROM settled_lead
    WHERE state = 'DELIVERED' AND NOT EXISTS (SELECT FROM attempt WHERE attempt.lead_id = settled_lead.lead_id AND success)
    UNION ALL
    SELECT 'a delivery without its row', lead_id FROM work WHERE state <> 'RECEIVED'
      AND NOT EXISTS (SELECT FROM delivery AS d WHERE d.lead_id = work.lead_id AND d.delivery_no = work.delivery_no)`,
)

/** Makes all work due now, ends all leases and removes all throttles. */
const everythingIsDue = PgClient.PgClient.use((sql) =>
  Effect.andThen(
    sql`
      UPDATE work SET scheduled_at = now(), due_at = now(), internal_failures = 0,
        leased_until = CASE WHEN lease IS NOT NULL THEN now() END`,
    sql`
      UPDATE customer SET circuit = 'closed', circuit_changed_at = '-infinity', rate_per_second = NULL, breaker_failures = 1000`,
  ),
)

/** Brings every lead to its end, as one worker would. */
export const drain = Effect.gen(function* () {
  for (let round = 0; round < 5; round++) {
    yield* everythingIsDue
    for (const lead of yield* claim(1000)) {
      if (lead._tag === "LostAttempt") yield* complete(lead, lead.attemptNo, unknownAndLast)
      else yield* complete(lead, (yield* open(lead)).attemptNo, succeeded)
    }
  }
  return yield* PgClient.PgClient.use((sql) => sql`SELECT lead_id, state::text AS state FROM work`)
})

/**
 * So many workers, each with connections of its own, take random steps on about 20 leads at a time, of three
 * partitions and two customers. Meanwhile work is made due, and the tables are checked for contradictions. Fails if a
 * statement fails with `StoreUnavailable`, by a deadlock, say; returns how many steps were taken.
 */
export const stress = Effect.fnUntraced(function* (options: {
  readonly workers: number
  readonly duration: Duration.Duration
  readonly seed: number
  /** Of the second customer; the first one's circuit opens and closes all the time. */
  readonly ratePerSecond: number
}) {
  const sql = yield* PgClient.PgClient
  yield* guardEnds
  yield* configure({ failures: 4, openFor: Duration.millis(20), ramp: Duration.millis(50) })
  yield* secondCustomer({ ratePerSecond: options.ratePerSecond, ramp: Duration.zero })
  yield* sql`SELECT setval('lead_id_seq', 999993)`
  yield* receive(14)
  yield* sql`SELECT setval('lead_id_seq', 1999999)`
  yield* receive(6)
  const end = (yield* Clock.currentTimeMillis) + Duration.toMillis(options.duration)
  const held: Array<ClaimedWork> = []
  let steps = 0

  const work = Effect.fnUntraced(function* (worker: number) {
    const next = random(options.seed * 1000 + worker)
    const step = makeWalk(`worker-${worker}`, next, held, 2)
    while ((yield* Clock.currentTimeMillis) < end) {
      yield* Effect.all([step, step, step, step], { concurrency: "unbounded" })
      steps += 4
    }
  })

  const hurry = Effect.gen(function* () {
    while ((yield* Clock.currentTimeMillis) < end) {
      yield* sql`
        WITH later AS (
          SELECT lead_id, delivery_no FROM work WHERE random() < 0.3 ORDER BY lead_id FOR UPDATE SKIP LOCKED
        )
        UPDATE work SET scheduled_at = now(), due_at = now(), internal_failures = least(internal_failures, 1),
          leased_until = CASE WHEN lease IS NOT NULL THEN now() END
        FROM later WHERE work.lead_id = later.lead_id AND work.delivery_no = later.delivery_no`
      const [left] = yield* sql<{ waits: number }>`SELECT count(*)::integer AS waits FROM work`
      yield* receive(Math.max(0, 20 - (left?.waits ?? 0)))
      const { counted, kept } = yield* bothCounts
      if (!isDeepStrictEqual(counted, kept)) {
        return yield* Effect.die(new Error(`counts ${JSON.stringify({ counted, kept })}`))
      }
      const [wrong] = yield* contradictions
      if (wrong !== undefined) return yield* Effect.die(new Error(`${wrong.lead_id}: ${wrong.what}`))
    }
  })

  const hurrying = yield* Effect.forkChild(hurry)
  yield* Effect.forEach(
    Array.from({ length: options.workers }, (_, worker) => worker),
    (worker) => Effect.flatMap(anotherProcess, (process) => Effect.provide(work(worker), process)),
    { concurrency: "unbounded" },
  )
  yield* Fiber.join(hurrying)
  return steps
})
