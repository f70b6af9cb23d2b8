/**
 * How a batch of leads with senders' keys is stored: its part of the statement of intake ({@link withKeys}), and what its
 * rows say ({@link settleKeys}).
 *
 * Postgres decides: a key is a row with a unique index, written in the statement that stores its lead. A statement with a
 * key that another one is about to commit waits until that one has committed, or is rolled back because its process or
 * connection died.
 */
import type { LeadId } from "@lead-gateway/lead"
import { Effect } from "effect"
import type { Received, SenderKey } from "../SenderKey.ts"
import { columns } from "./sql.ts"

/** Pieces of the statement that stores leads. Without keys it has none of them. */
export interface KeyPieces {
  /** The id of a new lead. */
  readonly id: string
  /** Types and names of further parameters, and what the key stands for already. */
  readonly types: string
  readonly names: string
  readonly join: string
  readonly earlier: string
  /** The CTE that writes keys. */
  readonly keyed: string
  /** Which rows of `input` are new leads. */
  readonly whereNew: string
  /** The columns of the result. */
  readonly result: string
}

/** Every row is a new lead. */
export const withoutKeys: KeyPieces = {
  id: "nextval('lead_id_seq')",
  types: "",
  names: "",
  join: "",
  earlier: "",
  keyed: "",
  whereNew: "",
  result: "id",
}

// A hashed sub-plan: a join would be a nested loop, and compare every lead of the batch with every key.
const isNew = "(key_hash IS NULL OR id IN (SELECT lead_id FROM keyed))"

/**
 * A row whose key was committed before the statement began has an `earlier_id`, and costs no id, no lock and no row
 * version: it is the common duplicate. A row whose key is committed by another statement meanwhile has neither id: the
 * insert has waited for it, but the statement's snapshot does not show it.
 *
 * Keys are written in their order, so that two statements cannot wait for each other.
 */
export const withKeys: KeyPieces = {
  id: "CASE WHEN earlier.lead_id IS NULL THEN nextval('lead_id_seq') END",
  types: ", $7::text[], $8::bytea[], $9::float8[]",
  names: ", key_kind, key_hash, key_ttl",
  // The offset keeps the look-up by the primary key: a plan that was made for an empty table would read it by any index.
  join: `LEFT JOIN LATERAL (
        SELECT k.lead_id, k.correlation_id, k.payload_hash, k.expires_at FROM sender_key AS k
        WHERE k.tenant_id = 1 AND k.kind = lead.key_kind::sender_key_kind AND k.key_hash = lead.key_hash OFFSET 0
      ) AS earlier ON earlier.expires_at > now()`,
  earlier: `, earlier.lead_id AS earlier_id, earlier.correlation_id AS earlier_correlation_id,
        earlier.payload_hash = lead.payload_hash AS is_same_payload`,
  keyed: `, keyed AS (
    INSERT INTO sender_key AS k (tenant_id, kind, key_hash, lead_id, payload_hash, correlation_id, expires_at)
    SELECT 1, key_kind::sender_key_kind, key_hash, id, payload_hash, correlation_id, now() + make_interval(secs => key_ttl)
    FROM input WHERE key_hash IS NOT NULL AND id IS NOT NULL ORDER BY 2, 3
    ON CONFLICT ON CONSTRAINT sender_key_pkey DO UPDATE SET lead_id = excluded.lead_id,
      payload_hash = excluded.payload_hash, correlation_id = excluded.correlation_id, expires_at = excluded.expires_at
    WHERE k.expires_at <= now()
    RETURNING lead_id
  )`,
  whereNew: `WHERE ${isNew}`,
  result: `CASE WHEN ${isNew} THEN id END AS id, earlier_id, earlier_correlation_id, is_same_payload`,
}

/** A row of the statement's result. */
export interface KeyedRow {
  readonly id: bigint | null
  readonly earlier_id: bigint | null
  readonly earlier_correlation_id: string | null
  readonly is_same_payload: boolean | null
}

/** What decides whether a lead is a duplicate. */
export interface Keyed {
  readonly senderKey?: SenderKey | undefined
  readonly payloadHash: Uint8Array
  readonly correlationId: string
}

/** The further parameters of a batch. */
export const keyColumns = (leads: ReadonlyArray<Keyed>) => [
  columns.text(leads.map(({ senderKey }) => senderKey?.kind ?? null)),
  columns.bytea(leads.map(({ senderKey }) => (senderKey ? Buffer.from(senderKey.hash, "latin1") : null))),
  columns.float8(leads.map(({ senderKey }) => (senderKey ? senderKey.ttlMs / 1000 : null))),
]

/** A new lead. */
export const stored = (id: bigint): Received => ({ _tag: "Stored", leadId: Number(id) as LeadId })

/**
 * Stores leads of which some have keys, by `insert`, which runs the statement {@link withKeys}; returns what came of each,
 * in the same order.
 *
 * Leads that have a key in common with an earlier one of the batch are sent after it, together, and so are those whose key
 * another statement has committed meanwhile: a later statement sees the key.
 */
export const settleKeys = Effect.fnUntraced(function* <Lead extends Keyed, E, R>(
  leads: ReadonlyArray<Lead>,
  insert: (leads: ReadonlyArray<Lead>) => Effect.Effect<ReadonlyArray<KeyedRow>, E, R>,
) {
  const results = leads.map(() => undecided)
  const [first, later] = byFirstUse(leads)
  /** Sends the leads at these places; returns the places of those that are to be sent again. */
  const send = (places: ReadonlyArray<number>) =>
    Effect.map(insert(places.map((place) => leads[place] as Lead)), (rows) => {
      for (const [index, place] of places.entries()) results[place] = receivedOf(rows[index])
      return places.filter((place) => results[place] === undecided)
    })

  let open = [...(yield* send(first)), ...later]
  for (let tries = 0; open.length > 0 && tries < mostTries; tries++) {
    // The others of the batch are committed, so a failure must not be one of the batch.
    open = yield* Effect.orElseSucceed(send(open), (): Array<number> => [])
  }
  return results
})

/** One is enough, unless the key expires meanwhile. */
const mostTries = 3

const undecided: Received = { _tag: "Undecided" }
const conflict: Received = { _tag: "KeyConflict" }

/**
 * The places of the leads that have no key or are the first with theirs, and those of the others: a statement may write a
 * key only once.
 */
const byFirstUse = (leads: ReadonlyArray<Keyed>): readonly [Array<number>, Array<number>] => {
  const used = new Set<string>()
  const first: Array<number> = []
  const later: Array<number> = []
  for (const [place, { senderKey }] of leads.entries()) {
    const key = senderKey === undefined ? undefined : senderKey.kind + senderKey.hash
    ;(key !== undefined && used.has(key) ? later : first).push(place)
    if (key !== undefined) used.add(key)
  }
  return [first, later]
}

const receivedOf = (row: KeyedRow | undefined): Received => {
  if (row === undefined) return undecided
  if (row.id !== null) return stored(row.id)
  if (row.earlier_id === null) return undecided
  if (row.is_same_payload !== true) return conflict
  return {
    _tag: "Duplicate",
    leadId: Number(row.earlier_id) as LeadId,
    correlationId: row.earlier_correlation_id ?? "",
  }
}
