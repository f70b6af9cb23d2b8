import { PgClient } from "@effect/sql-pg"
import { Context, Duration, Effect, Layer } from "effect"
import { type AccountRow, readCounts } from "./Counters.ts"
import { planForScans } from "./internal/maintenance.ts"
import { isOpen } from "./internal/sql.ts"
import { partitionOf, partitionSize } from "./Partitions.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** How many leads are in each account: `received` is the sum of the others, at any time. */
export interface Ledger {
  /** Leads ever received. */
  readonly received: number
  readonly rejected: number
  readonly delivered: number
  /** The last attempt failed and another is scheduled. Status `FAILED`. */
  readonly retrying: number
  /** A required field is missing, and no attempt is made. Status `FAILED` as well. */
  readonly parked: number
  readonly permanentlyFailed: number
  /** `RECEIVED` or `READY`. */
  readonly inFlight: number
}

/** A ledger counted from the rows of leads. */
export interface RowLedger extends Ledger {
  /**
   * Leads that have neither work left nor settled, so that no worker would find them, and rows of work or of settled
   * leads whose lead is missing. Always 0.
   */
  readonly stranded: number
}

/** How many leads are missing from a ledger (positive) or too many (negative); 0 if it balances. */
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
 * It is computed in two independent ways: from the counts that every statement updates, and from the rows, including
 * what retention has removed. Each is of one moment. The two agree if nothing changes in between.
 */
export class LeadLedger extends Context.Service<
  LeadLedger,
  {
    /** From the stored counts: takes the same time however many leads there are. */
    readonly fromCounters: Effect.Effect<Ledger, StoreError>
    /**
     * From every lead: some seconds for each million, 10 minutes at most. For checks, not for a dashboard.
     *
     * The accounts are of one moment. Stranded leads are counted afterwards, a million leads in a statement.
     */
    readonly fromRows: Effect.Effect<RowLedger, StoreError>
    /** Both at the same moment, also while leads change: they must agree. */
    readonly both: Effect.Effect<{ readonly counters: Ledger; readonly rows: RowLedger }, StoreError>
  }
>()("@lead-gateway/lead-store/LeadLedger") {
  static readonly layer: Layer.Layer<LeadLedger, never, PgClient.PgClient> = Layer.effect(
    LeadLedger,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient

      const counted = Effect.map(readCounts(sql), ledgerOf)
      const found = Effect.map(countLeads(sql), ledgerOf)
      const stranded = countStranded(sql)

      return LeadLedger.of({
        fromCounters: storeCall("LeadLedger.fromCounters")(counted),
        fromRows: Effect.zipWith(sql.withTransaction(found), stranded, withStranded).pipe(
          storeCall("LeadLedger.fromRows", Duration.minutes(10)),
        ),
        both: sql`SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY`.pipe(
          // Without the lock, a partition that is dropped in between would be in one ledger and not in the other.
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

/**
 * Counts every lead by its rows, in one statement. Three scans without a join keep it short: while it runs, Postgres
 * cannot vacuum the dead rows of workers. Only inside a transaction.
 */
const countLeads = (sql: PgClient.PgClient) =>
  Effect.andThen(planForScans(sql), sql.unsafe<AccountRow>(accounts, []))

/**
 * Counts leads that have neither work left nor settled, and rows of work or of settled leads whose lead is missing, in
 * one statement for each partition.
 */
const countStranded = Effect.fnUntraced(function* (sql: PgClient.PgClient) {
  const [newest] = yield* sql<{ id: bigint }>`SELECT last_value AS id FROM lead_id_seq`
  const last = partitionOf(Number(newest?.id ?? 0))
  let leads = 0
  for (let partition = 0; partition <= last; partition++) {
    const end = partition < last ? (partition + 1) * partitionSize : Number.MAX_SAFE_INTEGER
    const scan = sql.unsafe<{ leads: number }>(stranded(partition * partitionSize, end), [])
    const [row] = yield* sql.withTransaction(Effect.andThen(planForScans(sql), scan))
    leads += row?.leads ?? 0
  }
  return leads
})

/**
 * Rows of `lead` are wide, so only their index is scanned; the tenant is read from the narrow tables. Work of a lead that
 * has ended is not counted, and of several pieces of work only the last.
 */
const accounts = `
  WITH open AS (
    SELECT DISTINCT ON (lead_id) tenant_id, state FROM work
    WHERE ${isOpen("state")} ORDER BY lead_id, delivery_no DESC
  ), standing AS MATERIALIZED (
    SELECT tenant_id, state, count(*) AS leads FROM settled_lead GROUP BY tenant_id, state
    UNION ALL
    SELECT tenant_id, state, count(*) FROM open GROUP BY tenant_id, state
  ), entry AS (
    SELECT 'TOTAL' AS account, (SELECT count(*) FROM lead) AS leads
    UNION ALL
    SELECT 'TOTAL', -leads FROM standing WHERE tenant_id <> 1
    UNION ALL
    SELECT state::text, leads FROM standing WHERE tenant_id = 1
    UNION ALL
    SELECT unnest(ARRAY['TOTAL', account]), leads FROM sealed_count WHERE tenant_id = 1
  )
  SELECT account, sum(leads)::float8 AS leads FROM entry GROUP BY account`

/** The bounds are literals, so that Postgres plans for one partition. */
const stranded = (start: number, end: number): string => {
  const range = (table: string, id: string) =>
    `SELECT ${id} AS id FROM ${table} WHERE ${id} >= ${start} AND ${id} < ${end}`
  return `
    SELECT count(*)::float8 AS leads
    FROM (${range("lead", "id")}) AS lead
    FULL JOIN (${range("settled_lead", "lead_id")} UNION ${range("work", "lead_id")}) AS standing USING (id)
    WHERE lead.id IS NULL OR standing.id IS NULL`
}
