import { PgClient } from "@effect/sql-pg"
import { type LeadId, LeadState, LeadStatus, statusOf } from "@lead-gateway/lead"
import { Context, Effect, Layer, type Option } from "effect"
import { readNewest, readPayloads } from "./internal/newestLeads.ts"
import { readHistory } from "./internal/readHistory.ts"
import type { LeadCounts, LeadHistory, LeadPayload, LeadSummary, RecentOptions } from "./LeadHistory.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/**
 * What people ask about leads: how many, which came last, what happened to one. Changes nothing.
 *
 * Each answer costs the same however many leads there are: counts are kept, lists go by id through the narrow tables,
 * payloads and histories are read from the partitions that they are in. Used by the api and by operators' commands.
 */
export class LeadReader extends Context.Service<
  LeadReader,
  {
    /** How many leads are in each status now. */
    readonly counts: Effect.Effect<LeadCounts, StoreError>
    /** The newest leads, newest first. */
    readonly recent: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadSummary>, StoreError>
    /** The payloads of the newest leads as they came, newest first: each the text of a JSON object, without a line feed. */
    readonly payloads: (options: RecentOptions) => Effect.Effect<ReadonlyArray<LeadPayload>, StoreError>
    /** Everything known of one lead; none for an id that was never given. */
    readonly history: (id: LeadId) => Effect.Effect<Option.Option<LeadHistory>, StoreError>
  }
>()("@lead-gateway/lead-store/LeadReader") {
  static readonly layer: Layer.Layer<LeadReader, never, PgClient.PgClient> = Layer.effect(
    LeadReader,
    Effect.gen(function* () {
      const sql = yield* PgClient.PgClient
      const newest = readNewest(sql)
      const payloads = readPayloads(sql)
      const history = readHistory(sql)

      return LeadReader.of({
        counts: Effect.map(
          sql<AccountRow>`
            SELECT account, sum(leads)::float8 AS leads FROM lead_count WHERE tenant_id = 1 GROUP BY account`,
          countsOf,
        ).pipe(storeCall("LeadReader.counts")),
        recent: (options) => storeCall("LeadReader.recent")(newest(options)),
        payloads: Effect.fnUntraced(function* (options: RecentOptions) {
          return yield* payloads((yield* newest(options)).map(({ id }) => id))
        }, storeCall("LeadReader.payloads")),
        history: (id) => storeCall("LeadReader.history")(history(id)),
      })
    }),
  )
}

interface AccountRow {
  /** A state, or the total. */
  readonly account: string
  readonly leads: number
}

const countsOf = (rows: ReadonlyArray<AccountRow>): LeadCounts => {
  const leads = new Map(rows.map((row) => [row.account, row.leads]))
  const inStatus = (status: LeadStatus) =>
    LeadState.literals
      .filter((state) => statusOf(state) === status)
      .reduce((sum, state) => sum + (leads.get(state) ?? 0), 0)
  return Object.fromEntries(LeadStatus.literals.map((status) => [status, inStatus(status)])) as LeadCounts
}
