/**
 * What makes a webhook the same as an earlier one: a key that its sender chose, or its body.
 *
 * Postgres decides which of several webhooks with one key came first; see `internal/senderKeys.ts`. The worker removes
 * expired keys. Used by the api, which says what a webhook's key is.
 */
import { PgClient } from "@effect/sql-pg"
import type { LeadId } from "@lead-gateway/lead"
import { Effect, Option } from "effect"
import { alone } from "./internal/maintenance.ts"
import { type StoreError, storeCall } from "./StoreError.ts"

/** Where a key is from. Equal keys from different places are different keys. */
export type SenderKeyKind = "header" | "field" | "signature" | "payload"

/** The key of one webhook. */
export interface SenderKey {
  readonly kind: SenderKeyKind
  /** SHA-256 of the key as a binary string, a character for each byte. The key itself is not stored. */
  readonly hash: string
  /** How long a webhook with the same key counts as a duplicate, from the first one's commit. */
  readonly ttlMs: number
}

/** What came of a webhook that the store accepted. */
export type Received =
  /** It is a new lead. */
  | { readonly _tag: "Stored"; readonly leadId: LeadId }
  /** Its key was used with the same body: the lead and the correlation id of the first one. Nothing was stored. */
  | { readonly _tag: "Duplicate"; readonly leadId: LeadId; readonly correlationId: string }
  /** Its key was used with another body. Nothing was stored. */
  | { readonly _tag: "KeyConflict" }
  /** Its key was just being used, and what came of that could not be read. Nothing was stored; trying again helps. */
  | { readonly _tag: "Undecided" }

/** Keys of one statement. It deletes them by their index, in some 10 ms. */
const pageSize = 1000

/**
 * Removes all keys that have expired; returns how many. Removes none while another process does so.
 *
 * A thousand in a statement, with a pause as long as the statement took. May be interrupted and repeated. A key that has
 * expired and is still there counts as absent, so nothing depends on when this runs.
 */
export const removeExpired: Effect.Effect<number, StoreError, PgClient.PgClient> = PgClient.PgClient.use(
  (sql) => {
    const page = sql<{ readonly removed: number }>`
      WITH expired AS MATERIALIZED (
        SELECT tenant_id, kind, key_hash FROM sender_key WHERE expires_at <= now()
        ORDER BY expires_at LIMIT ${pageSize} FOR UPDATE SKIP LOCKED
      ), removed AS (
        DELETE FROM sender_key AS k USING expired
        WHERE k.tenant_id = expired.tenant_id AND k.kind = expired.kind AND k.key_hash = expired.key_hash
        RETURNING 1
      )
      SELECT count(*)::integer AS removed FROM removed`.pipe(Effect.map((rows) => rows[0]?.removed ?? 0))
    const all = Effect.gen(function* () {
      let removed = 0
      for (;;) {
        const [took, count] = yield* Effect.timed(page.pipe(storeCall("SenderKey.removeExpired")))
        removed += count
        if (count < pageSize) return removed
        yield* Effect.sleep(took)
      }
    })
    return alone(sql, "lead sender keys", all).pipe(
      Effect.map(Option.getOrElse(() => 0)),
      Effect.catchTag("SqlError", (error) => storeCall("SenderKey.removeExpired")(Effect.fail(error))),
    )
  },
)
