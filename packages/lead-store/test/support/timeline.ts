/** What the timeline has counted, whole: by accounts and by rows. */
import { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import { Timeline, type TimelineBucket } from "../../src/index.ts"
import { addUp } from "../../src/internal/timeline.ts"

/** Leads per state as the timeline has them: those that came into it less those that left it. READY counts as RECEIVED. */
export const timelineAccounts = (bucket: TimelineBucket) =>
  PgClient.PgClient.use((sql) =>
    Effect.map(
      sql.unsafe<{ account: string; leads: number }>(
        `WITH part AS (
           SELECT * FROM timeline WHERE bucket = '${bucket}'
           UNION ALL
           SELECT *, NULL::smallint, NULL::smallint FROM (${addUp("timeline_entry", `'${bucket}'`)}) AS fresh
         ), entry AS (
           SELECT unnest(ARRAY['TOTAL', 'REJECTED', 'PARKED', 'RETRYING', 'DELIVERED', 'PERMANENTLY_FAILED', 'RECEIVED']) AS account,
             unnest(ARRAY[
               received, rejected - left_rejected, parked - left_parked, retried - left_retrying, delivered - left_delivered,
               permanently_failed - left_permanently_failed,
               received - rejected - parked - retried - delivered - permanently_failed
                 + left_rejected + left_parked + left_retrying + left_delivered + left_permanently_failed
             ]) AS leads FROM part
         )
         SELECT account, sum(leads)::float8 AS leads FROM entry GROUP BY account HAVING sum(leads) <> 0`,
        [],
      ),
      (rows) => Object.fromEntries(rows.map(({ account, leads }) => [account, leads])),
    ),
  )

/** The counts of a ledger in the same form. */
export const withoutReady = ({ READY = 0, RECEIVED = 0, ...others }: Readonly<Record<string, number>>) =>
  READY + RECEIVED === 0 ? others : { ...others, RECEIVED: READY + RECEIVED }

/** The rows of all widths as lines; entries that are not added up yet are rows of their own. */
export const timelineLines = PgClient.PgClient.use((sql) =>
  Effect.map(
    sql.unsafe<{ line: string }>(
      `SELECT t::text AS line FROM (
         SELECT * FROM timeline UNION ALL SELECT *, NULL, NULL FROM (${addUp("timeline_entry", "'minute', 'hour', 'day'")}) AS fresh
       ) AS t ORDER BY bucket, at, line`,
      [],
    ),
    (rows) => rows.map(({ line }) => line),
  ),
)

/** The timeline of the last two days, by days: the sums of all points. */
export const lastDays = Effect.gen(function* () {
  const day = 86_400_000
  const sql = yield* PgClient.PgClient
  const [row] = yield* sql<{ ms: number }>`
    SELECT (extract(epoch FROM date_trunc('day', now(), 'UTC')) * 1000)::float8 AS ms`
  const today = row?.ms ?? 0
  return yield* Timeline.use(({ read }) => read({ bucket: "day", fromMs: today - day, toMs: today + day }))
}).pipe(Effect.provide(Timeline.layer))
