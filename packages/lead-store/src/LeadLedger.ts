import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer } from "effect"
import { type AccountRow, countLeads, countStranded } from "./internal/countLeads.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** Where all leads that ever came are: `received` is the sum of the others, at any time. */
export interface Ledger {
  /** Leads ever received. */
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** The last attempt failed and another is scheduled: one half of `FAILED`. */
  readonly retrying: number
  /** A required field is missing, and no attempt is made: the other half. */
  readonly parked: number
  readonly permanentlyFailed: number
  /** `RECEIVED` or `READY`. */
  readonly inFlight: number
}

/** A ledger drawn from the leads themselves. */
export interface RowLedger extends Ledger {
  /**
   * Leads that neither have work left nor have settled, so that no worker would ever find them, and rows of work
   * or of settled leads whose lead is missing: 0, always.
   */
  readonly stranded: number
}

/** How many leads are missing (more than 0) or too many (less) in a ledger; 0 when it balances. */
export const imbalance = (ledger: Ledger): number =>
  ledger.received -
  ledgerAccounts.reduce((sum, account) => (account === "received" ? sum : sum + ledger[account]), 0)

/** The accounts of a ledger. */
export const ledgerAccounts = [
  "received",
  "rejected",
  "delivered",
  "retrying",
  "parked",
  "permanentlyFailed",
  "inFlight",
] as const satisfies ReadonlyArray<keyof Ledger>

/** An account in which two ledgers differ. */
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
 * The proof that no lead is lost: received = rejected + delivered + retrying + parked + permanently failed + in flight.
 *
 * It is drawn in two independent ways: from the counts that every change keeps, and from the rows themselves, with what
 * retention has removed. Each is of one moment; the two agree when nothing changes in between.
 */
export class LeadLedger extends Context.Service<
  LeadLedger,
  {
    /** From the kept counts: costs the same however many leads there are. */
    readonly fromCounters: Effect.Effect<Ledger, StoreError>
    /**
     * From every lead: some seconds for each million of them, 10 minutes at most. For checks, not for a dashboard.
     *
     * The accounts are of one moment. What is stranded is so at any moment, and is counted a million leads at a time.
     */
    readonly fromRows: Effect.Effect<RowLedger, StoreError>
    /** Both at the same moment, whatever happens meanwhile: they must agree. */
    readonly both: Effect.Effect<{ readonly counters: Ledger; readonly rows: RowLedger }, StoreError>
  }
>()("@lead-gateway/lead-store/LeadLedger") {
  static readonly layer: Layer.Layer<LeadLedger, never, PgClient.PgClient> = Layer.effect(
    LeadLedger,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient

      const counted = Effect.map(
        sql<AccountRow>`
          SELECT account, sum(leads)::float8 AS leads FROM lead_count WHERE tenant_id = 1 GROUP BY account`,
        ledgerOf,
      )
      const found = Effect.map(countLeads(sql), ledgerOf)
      const stranded = countStranded(sql)

      return LeadLedger.of({
        fromCounters: storeCall("LeadLedger.fromCounters")(counted),
        fromRows: Effect.zipWith(sql.withTransaction(found), stranded, withStranded).pipe(
          storeCall("LeadLedger.fromRows", Duration.minutes(10)),
        ),
        both: sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`.pipe(
          // A partition that is dropped between the two would be in one and not in the other.
          Effect.andThen(sql`LOCK TABLE lead IN ACCESS SHARE MODE`),
          Effect.andThen(Effect.all({ counters: counted, rows: found })),
          sql.withTransaction,
          Effect.zipWith(stranded, ({ counters, rows }, leads) => ({
            counters,
            rows: withStranded(rows, leads),
          })),
          storeCall("LeadLedger.both", Duration.minutes(10)),
        ),
      })
    }),
  )
}

const withStranded = (ledger: Ledger, stranded: number): RowLedger => ({ ...ledger, stranded })

const ledgerOf = (rows: ReadonlyArray<AccountRow>): Ledger => {
  const leads = new Map(rows.map((row) => [row.account, row.leads]))
  const of = (account: string) => leads.get(account) ?? 0
  return {
    received: of("TOTAL"),
    rejected: of("REJECTED"),
    delivered: of("DELIVERED"),
    retrying: of("RETRYING"),
    parked: of("PARKED"),
    permanentlyFailed: of("PERMANENTLY_FAILED"),
    inFlight: of("RECEIVED") + of("READY"),
  }
}
