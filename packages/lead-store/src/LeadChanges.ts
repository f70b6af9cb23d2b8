/**
 * What changed in the last minutes, for live listeners: the table `lead_change`, read from a position on.
 *
 * Statements that change leads write to it in their own transaction, a row for each statement and state, and only while
 * somebody listens. Why a table and not NOTIFY: docs/decisions/0031. Used by the api's `GET /api/v1/events`.
 */
import { PgClient } from "@effect/sql-pg"
import { LeadId, type LeadState } from "@lead-gateway/lead"
import { Context, Duration, Effect, Layer } from "effect"
import { type StoreError, storeCall } from "./StoreError.ts"

/** Leads that one statement brought into one state. */
export interface LeadChange {
  /** The number of the row. Rows are numbered as they are written and become visible when they are committed. */
  readonly seq: number
  readonly at: Date
  readonly state: LeadState
  readonly leadIds: ReadonlyArray<LeadId>
}

/** How long changes are written after the last call of `listen`. */
const listensFor = Duration.minutes(5)

/** Rows of one read, at most. */
const mostRows = 10_000

/** Reads changes in order, as long as somebody listens. */
export class LeadChanges extends Context.Service<
  LeadChanges,
  {
    /**
     * Lets statements write changes for the next five minutes; returns the newest number in use. Changes of statements
     * that begin after this are written. To be repeated while there are listeners.
     */
    readonly listen: Effect.Effect<number, StoreError>
    /** The rows with a greater number that are committed, in the order of their numbers; 10,000 at most. */
    readonly after: (seq: number) => Effect.Effect<ReadonlyArray<LeadChange>, StoreError>
    /** Whether no row with a greater number has been removed: what is read from there on is complete. */
    readonly isKept: (seq: number) => Effect.Effect<boolean, StoreError>
    /** Removes the rows up to a number. */
    readonly prune: (seq: number) => Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/LeadChanges") {
  static readonly layer: Layer.Layer<LeadChanges, never, PgClient.PgClient> = Layer.effect(
    LeadChanges,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      return LeadChanges.of({
        listen: sql.unsafe<{ last: number }>(listen, [Duration.toSeconds(listensFor)]).pipe(
          Effect.map((rows) => rows[0]?.last ?? 0),
          storeCall("LeadChanges.listen"),
        ),
        after: Effect.fnUntraced(function* (seq: number) {
          const rows = yield* sql.unsafe<ChangeRow>(after, [seq])
          return rows.map(({ at, ids, seq, state }) => ({
            seq,
            at,
            state,
            leadIds: ids.split(",").map((id) => LeadId.make(Number(id))),
          }))
        }, storeCall("LeadChanges.after")),
        isKept: Effect.fnUntraced(function* (seq: number) {
          const [row] = yield* sql.unsafe<{ kept: boolean }>(isKept, [seq])
          return row?.kept ?? false
        }, storeCall("LeadChanges.isKept")),
        prune: Effect.fnUntraced(function* (seq: number) {
          yield* sql`DELETE FROM lead_change WHERE seq <= ${seq}::bigint`
        }, storeCall("LeadChanges.prune")),
      })
    }),
  )
}

interface ChangeRow {
  readonly seq: number
  readonly at: Date
  readonly state: LeadState
  /** Parsed faster as a text than as an array of 64-bit integers. */
  readonly ids: string
}

/**
 * If nobody has listened for a while, changes were not written: the rows that are left go, and two numbers are skipped, so
 * that whoever wants to go on from before is told so by `isKept`. Of several processes that prolong it, none shortens it.
 */
const listen = `
  WITH was AS MATERIALIZED (
    SELECT listens_until < now() AS over FROM lead_listener WHERE id = 1 FOR UPDATE
  ), gone AS (
    DELETE FROM lead_change WHERE (SELECT over FROM was)
  ), prolonged AS (
    UPDATE lead_listener SET listens_until = greatest(listens_until, now() + make_interval(secs => $1::float8)) FROM was
    WHERE id = 1
  )
  SELECT CASE WHEN over THEN greatest(nextval('lead_change_seq'), nextval('lead_change_seq'))
    ELSE (SELECT CASE WHEN is_called THEN last_value ELSE 0 END FROM lead_change_seq) END::float8 AS last
  FROM was`

const after = `
  SELECT seq::float8 AS seq, at, state::text AS state, array_to_string(lead_ids, ',') AS ids FROM lead_change
  WHERE seq > $1::bigint ORDER BY seq LIMIT ${mostRows}`

/** The row of the number itself or an older one is there; or none ever followed it. A number to come is none of ours. */
const isKept = `
  SELECT CASE
    WHEN $1::bigint > last THEN false
    WHEN $1::bigint = last THEN true
    ELSE EXISTS (SELECT FROM lead_change WHERE seq <= $1::bigint + 1)
  END AS kept
  FROM (SELECT CASE WHEN is_called THEN last_value ELSE 0 END AS last FROM lead_change_seq) AS s`
