import type { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import { DateTime, Effect } from "effect"
import type { SqlError } from "effect/sql"
import type { ReplayCriteria } from "../LeadReplay.ts"
import { storeCall } from "../StoreError.ts"

/** Leads of one transaction. */
const chunkSize = 500

interface Row {
  readonly leads: ReadonlyArray<bigint>
  readonly replayed: bigint
  readonly is_complete: boolean
}

/** Carries a request on by one transaction. */
export const replayChunk = (sql: PgClient.PgClient, shard: Effect.Effect<number, SqlError.SqlError>) =>
  Effect.fnUntraced(function* (request: string) {
    const rows =
      yield* sql<Row>`SELECT * FROM replay_leads(${request}, ${chunkSize}, ${yield* shard}::integer)`
    const { is_complete, leads, replayed } = rows[0] ?? { leads: [], replayed: 0n, is_complete: true }
    return {
      ids: leads.map((id) => LeadId.make(Number(id))),
      replayed: Number(replayed),
      isComplete: is_complete,
    }
  }, storeCall("LeadReplay.replay"))

/** Criteria as they are stored and compared: lists in order, each value once. */
export const criteriaJson = ({ ids, reasons, receivedBefore, receivedFrom, statuses }: ReplayCriteria) =>
  JSON.stringify({
    ids: ids && inOrder(ids, (a, b) => a - b),
    statuses: statuses && inOrder(statuses),
    reasons: reasons && inOrder(reasons),
    received_from: receivedFrom && DateTime.formatIso(receivedFrom),
    received_before: receivedBefore && DateTime.formatIso(receivedBefore),
  })

const inOrder = <A>(values: ReadonlyArray<A>, compare?: (a: A, b: A) => number): ReadonlyArray<A> =>
  [...new Set(values)].sort(compare)
