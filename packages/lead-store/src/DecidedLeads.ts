import { PgClient } from "@effect/sql-pg"
import type { Json } from "@lead-gateway/lossless-json"
import { Context, Effect, Layer } from "effect"
import { storedJson } from "./storable.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** The versions of documents that made decisions. */
export interface DecidedWith {
  /** As a worker stored them: one version for each part of its flow. */
  readonly versions: Json
  /** How many of the decisions that were looked at. */
  readonly decisions: number
  readonly lastDecidedAt: Date
}

/**
 * What workers have decided on the newest leads. Used by the api to show which documents workers run, and to compare drafts.
 */
export class DecidedLeads extends Context.Service<
  DecidedLeads,
  {
    /** By which versions the last 1,000 decisions on the newest leads were made, the latest first; 20 kinds at most. */
    readonly versions: Effect.Effect<ReadonlyArray<DecidedWith>, StoreError>
  }
>()("@lead-gateway/lead-store/DecidedLeads") {
  static readonly layer: Layer.Layer<DecidedLeads, never, PgClient.PgClient> = Layer.effect(
    DecidedLeads,
    Effect.map(PgClient.PgClient, (sql) =>
      DecidedLeads.of({
        versions: storeCall("DecidedLeads.versions")(
          Effect.map(sql.unsafe<VersionsRow>(newestVersions, []), (rows) =>
            rows.map((row) => ({
              versions: storedJson(row.versions) ?? null,
              decisions: row.decisions,
              lastDecidedAt: row.last_decided_at,
            })),
          ),
        ),
      }),
    ),
  )
}

interface VersionsRow {
  readonly versions: string
  readonly decisions: number
  readonly last_decided_at: Date
}

/** By the primary key, backwards: it ends in the newest partitions. */
const newestVersions = `
  SELECT decided_with::text AS versions, count(*)::integer AS decisions, max(decided_at) AS last_decided_at FROM (
    SELECT decided_with, decided_at FROM decision ORDER BY lead_id DESC, delivery_no DESC LIMIT 1000
  ) AS newest GROUP BY decided_with::text ORDER BY last_decided_at DESC LIMIT 20`
