import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer } from "effect"
import { type StoreError, storeCall } from "./StoreError.ts"

/** Where all leads that ever came are: `received` is the sum of the others, at any time. */
export interface Ledger {
  /** Leads ever received. */
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** Waiting for a retry, or parked. */
  readonly failed: number
  readonly permanentlyFailed: number
  /** `RECEIVED` or `READY`. */
  readonly inFlight: number
}

/** A ledger drawn from the leads themselves. */
export interface RowLedger extends Ledger {
  /**
   * Leads that nobody would ever look at again although they have not ended, and entries of the schedule whose lead
   * has ended or is missing: 0, always.
   */
  readonly stranded: number
}

/** How many leads are missing (more than 0) or too many (less) in a ledger; 0 when it balances. */
export const imbalance = (ledger: Ledger): number =>
  ledger.received -
  (ledger.rejected + ledger.delivered + ledger.failed + ledger.permanentlyFailed + ledger.inFlight)

/** The accounts of a ledger. */
export const ledgerAccounts = [
  "received",
  "rejected",
  "delivered",
  "failed",
  "permanentlyFailed",
  "inFlight",
] as const satisfies ReadonlyArray<keyof Ledger>

/** An account of which two ledgers tell different numbers. */
export interface LedgerDifference {
  readonly account: (typeof ledgerAccounts)[number]
  readonly left: number
  readonly right: number
}

/** Where two ledgers differ; empty when they agree. */
export const ledgerDifferences = (left: Ledger, right: Ledger): ReadonlyArray<LedgerDifference> =>
  ledgerAccounts
    .map((account) => ({ account, left: left[account], right: right[account] }))
    .filter((difference) => difference.left !== difference.right)

/**
 * The proof that no lead is lost: received = rejected + delivered + failed + permanently failed + in flight.
 *
 * It is drawn in two ways that do not depend on each other: from the counts that every change keeps, and from the
 * leads themselves. Each is one statement and so one moment; the two agree when nothing changes in between.
 */
export class LeadLedger extends Context.Service<
  LeadLedger,
  {
    /** From the kept counts: costs the same however many leads there are. */
    readonly fromCounters: Effect.Effect<Ledger, StoreError>
    /** From every lead and its `received` event: reads them all, 10 minutes at most. For checks, not for a dashboard. */
    readonly fromRows: Effect.Effect<RowLedger, StoreError>
    /** Both at the same moment, whatever happens meanwhile: they must agree. */
    readonly both: Effect.Effect<{ readonly counters: Ledger; readonly rows: RowLedger }, StoreError>
  }
>()("@lead-gateway/lead-store/LeadLedger") {
  static readonly layer = Layer.effect(
    LeadLedger,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient

      const counted = sql<Ledger>`
        WITH kept AS (SELECT status, sum(leads) AS leads FROM lead_count GROUP BY status)
        SELECT coalesce((SELECT sum(leads) FROM lead_received_count), 0)::float8 AS received,
          coalesce(sum(leads) FILTER (WHERE status = 'REJECTED'), 0)::float8 AS rejected,
          coalesce(sum(leads) FILTER (WHERE status = 'DELIVERED'), 0)::float8 AS delivered,
          coalesce(sum(leads) FILTER (WHERE status = 'FAILED'), 0)::float8 AS failed,
          coalesce(sum(leads) FILTER (WHERE status = 'PERMANENTLY_FAILED'), 0)::float8 AS "permanentlyFailed",
          coalesce(sum(leads) FILTER (WHERE status IN ('RECEIVED', 'READY')), 0)::float8 AS "inFlight"
        FROM kept`

      // A lead that is FAILED with a reason is parked; without one, it waits for a retry.
      const found = sql<RowLedger>`
        SELECT (SELECT count(*) FROM lead_event WHERE type = 'received')::float8 AS received,
          count(*) FILTER (WHERE status = 'REJECTED')::float8 AS rejected,
          count(*) FILTER (WHERE status = 'DELIVERED')::float8 AS delivered,
          count(*) FILTER (WHERE status = 'FAILED')::float8 AS failed,
          count(*) FILTER (WHERE status = 'PERMANENTLY_FAILED')::float8 AS "permanentlyFailed",
          count(*) FILTER (WHERE status IN ('RECEIVED', 'READY'))::float8 AS "inFlight",
          count(*) FILTER (WHERE (open.id IS NOT NULL) IS DISTINCT FROM (
            status IN ('RECEIVED', 'READY') OR (status = 'FAILED' AND rejection_reason IS NULL)
          ))::float8 AS stranded
        FROM inbound_lead AS lead FULL JOIN open_lead AS open ON open.id = lead.id`

      return LeadLedger.of({
        fromCounters: Effect.map(counted, first).pipe(storeCall("LeadLedger.fromCounters")),
        fromRows: Effect.map(found, first).pipe(storeCall("LeadLedger.fromRows", Duration.minutes(10))),
        both: sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`.pipe(
          Effect.andThen(
            Effect.all({ counters: Effect.map(counted, first), rows: Effect.map(found, first) }),
          ),
          sql.withTransaction,
          storeCall("LeadLedger.both", Duration.minutes(10)),
        ),
      })
    }),
  )
}

/** The one row of an aggregate. */
const first = <A>(rows: ReadonlyArray<A>): A => rows[0] as A
