import { Duration, Effect, Schedule } from "effect"
import { PG_MIGRATE_LOCK_ID } from "node-pg-migrate"
import type { Client } from "pg"
import { attempt } from "./migrationClient.ts"

/** Prepares a connection for migrating, and waits for the lock under which one process at a time migrates. */
export const beginSession = Effect.fnUntraced(function* (client: Client) {
  yield* attempt(() => client.query(session))
  yield* lock(client)
})

/**
 * The settings that migrations rely on, whatever is stored with the role or the database. A process that loses its
 * connection while it migrates loses its locks after a minute. Times of migrations are stored without a zone, in UTC.
 */
const session = `
  SET timezone = 'UTC';
  SET default_transaction_isolation = 'read committed';
  SET statement_timeout = 0;
  SET lock_timeout = 0;
  SET idle_in_transaction_session_timeout = '1min';
  SET enable_seqscan = on;
  SET enable_hashjoin = on;
  SET enable_mergejoin = on;`

/**
 * Waits for the lock by trying again and again. A statement that waits would hold a snapshot, and
 * `CREATE INDEX CONCURRENTLY` in the process that migrates waits for every older snapshot.
 */
const lock = (client: Client) =>
  attempt(async () => {
    const sql = `SELECT pg_try_advisory_lock(${PG_MIGRATE_LOCK_ID}) AS locked`
    return (await client.query<{ locked: boolean }>(sql)).rows[0]?.locked === true
  }).pipe(Effect.repeat({ until: (locked) => locked, schedule: Schedule.spaced(Duration.millis(100)) }))
