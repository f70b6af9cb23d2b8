/** Adds up what statements have counted for the timeline, and removes what it need not keep. A worker does both. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { addToTimeline, addUp, allBuckets } from "./internal/timeline.ts"
import { storeCall } from "./StoreError.ts"

/** Entries of one statement, at most: it takes some hundred milliseconds. */
const entriesAtOnce = 20_000

/** For how many days minutes are kept. Hours and days are never removed. */
export const minutesKeptDays = 90

/**
 * Moves entries into the timeline; returns how many, 0 while another process does so.
 *
 * One statement removes entries and adds them to their minute, hour and day: a process that is killed loses none and counts none
 * twice, and readers, who sum up both tables, see no difference. It waits for no writer. May be repeated.
 */
export const foldTimeline = PgClient.PgClient.use(
  Effect.fnUntraced(function* (sql) {
    const once = Effect.map(
      sql.unsafe<{ folded: number }>(fold, [entriesAtOnce]),
      (rows) => rows[0]?.folded ?? 0,
    ).pipe(storeCall("foldTimeline"))
    let folded = 0
    for (;;) {
      const count = yield* once
      folded += count
      if (count < entriesAtOnce) return folded
    }
  }),
)

/** Removes minutes that are older than {@link minutesKeptDays}; returns how many rows. Their hours stay. */
export const pruneTimeline = PgClient.PgClient.use((sql) =>
  Effect.map(sql.unsafe<{ pruned: number }>(prune, [minutesKeptDays]), (rows) => rows[0]?.pruned ?? 0),
).pipe(storeCall("pruneTimeline"))

/** Entries of a time before counting began are removed: the rows of leads are counted instead. */
const fold = `
  WITH turn AS MATERIALIZED (
    SELECT pg_try_advisory_xact_lock(hashtext('lead timeline')) AS is_ours
  ), folded AS (
    DELETE FROM timeline_entry WHERE ctid = ANY (ARRAY (
      SELECT ctid FROM timeline_entry WHERE (SELECT is_ours FROM turn) LIMIT $1::integer
    ))
    RETURNING *
  ), counted AS (
    SELECT * FROM folded WHERE at >= (SELECT counts_from FROM timeline_start)
  ), added AS (${addToTimeline(addUp("counted", allBuckets))})
  SELECT count(*)::integer AS folded FROM folded`

const prune = `
  WITH old AS MATERIALIZED (
    SELECT tenant_id, bucket, at FROM timeline
    WHERE tenant_id = 1 AND bucket = 'minute' AND at < date_trunc('day', now(), 'UTC') - make_interval(days => $1::integer)
    ORDER BY at LIMIT 10000
  ), pruned AS (
    DELETE FROM timeline AS t USING old
    WHERE t.tenant_id = old.tenant_id AND t.bucket = old.bucket AND t.at = old.at
    RETURNING 1
  )
  SELECT count(*)::integer AS pruned FROM pruned`
