import { PgClient } from "@effect/sql-pg"
import { LeadId } from "@lead-gateway/lead"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { Context, Effect, Layer } from "effect"
import type { SqlError } from "effect/sql"
import { storableText } from "./storable.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** Who changes something. */
export interface Actor {
  readonly name: string
  /** How the person was recognised: by a token, `OPERATOR_TOKENS`, a JWT, the command line, or not at all. */
  readonly via: "token" | "setting" | "jwt" | "open" | "cli"
  /** The token that was used: several may have one name. */
  readonly tokenId?: number | undefined
}

/** What people change. A new action is added here, so that all are listed in one place. */
export type AuditAction =
  | "token.create"
  | "token.revoke"
  | "lead.view"
  | "lead.replay"
  | "lead.patch"
  | "lead.test"
  | "customer.pause"
  | "customer.resume"
  | "leads.export"

/** A change to be recorded. */
export interface AuditEntry {
  readonly actor: Actor
  readonly action: AuditAction
  /** The lead that is changed, if it is one. */
  readonly leadId?: LeadId | undefined
  /** What is changed, unless it is one lead: the id of a token, the name of a customer or of a replay request. */
  readonly subject?: string | undefined
  /** Names, counts and times. Never a value of a lead, and no secret. */
  readonly details?: JsonObject | undefined
}

/** A change on record. */
export interface AuditRecord {
  readonly id: number
  readonly at: Date
  readonly operator: string
  /** As {@link Actor.via}, or what a newer release has written. */
  readonly via: string
  readonly tokenId: number | null
  /** As {@link AuditAction}, or what a newer release has written. */
  readonly action: string
  readonly leadId: LeadId | null
  readonly subject: string | null
  readonly details: Json
}

/** Which records to list. Each criterion that is given must be met. */
export interface AuditQuery {
  readonly limit: number
  /** Only records with a smaller id: the last id of the page before. */
  readonly before?: number | undefined
  readonly operator?: string | undefined
  readonly action?: string | undefined
  readonly leadId?: LeadId | undefined
  readonly subject?: string | undefined
  /** Inclusive. */
  readonly from?: Date | undefined
  /** Exclusive. */
  readonly until?: Date | undefined
}

/**
 * An `INSERT` of one record, for a CTE of the statement that makes the change: `audited AS (${insertAudit("$3")})`, with
 * {@link auditParameter} as the parameter. With `where` (`EXISTS (SELECT FROM revoked)`) it is recorded only if something
 * was changed.
 */
export const insertAudit = (parameter: string, where = "true"): string => `
  INSERT INTO audit (tenant_id, operator, via, token_id, action, lead_id, subject, details)
  SELECT 1, operator, via, token_id, action, lead_id, subject, details
  FROM json_to_record(${parameter}::text::json) AS entry (
    operator text, via text, token_id bigint, action text, lead_id bigint, subject text, details json
  )
  WHERE ${where}`

/** The parameter of {@link insertAudit}. */
export const auditParameter = ({ action, actor, details = {}, leadId, subject }: AuditEntry): string =>
  JSON.stringify({
    operator: storableText(actor.name),
    via: actor.via,
    token_id: actor.tokenId,
    action,
    lead_id: leadId,
    subject: subject === undefined ? undefined : storableText(subject),
    details,
  })

/** Records a change in the transaction of the caller: it is on record if, and only if, the transaction commits. */
export const record = (sql: PgClient.PgClient, entry: AuditEntry): Effect.Effect<void, SqlError.SqlError> =>
  Effect.asVoid(sql.unsafe(insertAudit("$1"), [auditParameter(entry)]))

/**
 * What people changed: who, what, when, and which lead. Used by the api.
 *
 * A change in Postgres is recorded by the statement or transaction that makes it, with `insertAudit` or `record`. The
 * service's own `record` is for what happens elsewhere, such as an export: call it before it happens.
 */
export class Audit extends Context.Service<
  Audit,
  {
    /** Records a change that is not in Postgres, in a transaction of its own. */
    readonly record: (entry: AuditEntry) => Effect.Effect<void, StoreError>
    /** The newest records, newest first. */
    readonly list: (query: AuditQuery) => Effect.Effect<ReadonlyArray<AuditRecord>, StoreError>
  }
>()("@lead-gateway/lead-store/Audit") {
  static readonly layer: Layer.Layer<Audit, never, PgClient.PgClient> = Layer.effect(
    Audit,
    Effect.map(PgClient.PgClient, (sql) =>
      Audit.of({
        record: (entry) => storeCall("Audit.record")(record(sql, entry)),
        list: (query) =>
          storeCall("Audit.list")(
            Effect.map(
              sql.unsafe<AuditRow>(newest, [
                query.limit,
                query.before ?? Number.MAX_SAFE_INTEGER,
                query.operator ?? null,
                query.action ?? null,
                query.leadId ?? null,
                query.subject ?? null,
                query.from?.toISOString() ?? null,
                query.until?.toISOString() ?? null,
              ]),
              (rows) => rows.map(recordOf),
            ),
          ),
      }),
    ),
  )
}

interface AuditRow {
  readonly id: bigint
  readonly at: Date
  readonly operator: string
  readonly via: string
  readonly token_id: bigint | null
  readonly action: string
  readonly lead_id: bigint | null
  readonly subject: string | null
  readonly details: Json
}

const newest = `
  SELECT id, at, operator, via, token_id, action, lead_id, subject, details FROM audit
  WHERE tenant_id = 1 AND id < $2::bigint
    AND ($3::text IS NULL OR operator = $3::text)
    AND ($4::text IS NULL OR action = $4::text)
    AND ($5::bigint IS NULL OR lead_id = $5::bigint)
    AND ($6::text IS NULL OR subject = $6::text)
    AND ($7::text IS NULL OR at >= $7::text::timestamptz)
    AND ($8::text IS NULL OR at < $8::text::timestamptz)
  ORDER BY id DESC LIMIT $1::integer`

const recordOf = (row: AuditRow): AuditRecord => ({
  id: Number(row.id),
  at: row.at,
  operator: row.operator,
  via: row.via,
  tokenId: row.token_id === null ? null : Number(row.token_id),
  action: row.action,
  leadId: row.lead_id === null ? null : LeadId.make(Number(row.lead_id)),
  subject: row.subject,
  details: row.details,
})
