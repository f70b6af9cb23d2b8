import { PgClient } from "@effect/sql-pg"
import { Context, Data, Effect, Layer, Option } from "effect"
import { type Actor, auditParameter, insertAudit } from "./Audit.ts"
import { makeToken, tokenHash } from "./operatorToken.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** A token as it is listed: all but its secret. */
export interface OperatorToken {
  readonly id: number
  readonly name: string
  /** `viewer`, `operator`, `admin`, or what a newer release has written. */
  readonly role: string
  readonly createdAt: Date
  /** The name of who made it. */
  readonly createdBy: string
  /** Null: it does not expire. */
  readonly expiresAt: Date | null
  /** Exact to a minute; null if it was never used. */
  readonly lastUsedAt: Date | null
  readonly revokedAt: Date | null
}

/** A token that may be used now, by the hash of its secret. */
export interface LiveToken {
  readonly id: number
  /** As `tokenHash` makes it. */
  readonly hash: string
  readonly name: string
  readonly role: string
  readonly expiresAt: Date | null
  readonly lastUsedAt: Date | null
}

/** A token to be made. */
export interface NewToken {
  /** 1 to 64 characters. Several tokens may have one name: one replaces the other at a rotation. */
  readonly name: string
  readonly role: "viewer" | "operator" | "admin"
  /** A time, or a span from now as an `interval` of Postgres; undefined: it does not expire. */
  readonly expires?: Date | { readonly in: string } | undefined
}

/** There are {@link maxLiveTokens} tokens that may be used. */
export class TooManyTokens extends Data.TaggedError("TooManyTokens")<{}> {
  override get message(): string {
    return `there are ${maxLiveTokens} tokens that are neither revoked nor expired: revoke some`
  }
}

/**
 * How many tokens there may be that are neither revoked nor expired. Every api process holds them all, so that a request
 * with a token that does not exist costs no statement.
 */
export const maxLiveTokens = 1_000

/**
 * The tokens of operators. Making and revoking are audited by the same statement. Used by the api and the command line.
 */
export class OperatorTokens extends Context.Service<
  OperatorTokens,
  {
    /** Makes a token. Its text is returned here and never again. */
    readonly create: (
      token: NewToken,
      by: Actor,
    ) => Effect.Effect<{ readonly token: string; readonly stored: OperatorToken }, StoreError | TooManyTokens>
    /** Tokens, revoked and expired ones too, the newest first; those with a smaller id than `before`. */
    readonly list: (page: {
      readonly limit: number
      readonly before?: number | undefined
    }) => Effect.Effect<ReadonlyArray<OperatorToken>, StoreError>
    /** Revokes a token for good. None if there is no such token. One that is revoked stays as it is. */
    readonly revoke: (id: number, by: Actor) => Effect.Effect<Option.Option<OperatorToken>, StoreError>
    /** All tokens that may be used now. */
    readonly live: Effect.Effect<ReadonlyArray<LiveToken>, StoreError>
    /** Notes that a token was used, unless that was noted within the last minute. */
    readonly used: (id: number) => Effect.Effect<void, StoreError>
  }
>()("@lead-gateway/lead-store/OperatorTokens") {
  static readonly layer: Layer.Layer<OperatorTokens, never, PgClient.PgClient> = Layer.effect(
    OperatorTokens,
    Effect.map(PgClient.PgClient, (sql) =>
      OperatorTokens.of({
        create: Effect.fnUntraced(function* ({ expires, name, role }: NewToken, by: Actor) {
          const token = makeToken()
          const [row] = yield* storeCall("OperatorTokens.create")(
            sql.unsafe<TokenRow>(insertToken, [
              tokenHash(token),
              name,
              role,
              by.name,
              expires instanceof Date ? expires.toISOString() : null,
              expires === undefined || expires instanceof Date ? null : expires.in,
              auditParameter({ actor: by, action: "token.create" }),
            ]),
          )
          if (row === undefined) return yield* new TooManyTokens()
          return { token, stored: tokenOf(row) }
        }),
        list: ({ before = Number.MAX_SAFE_INTEGER, limit }) =>
          storeCall("OperatorTokens.list")(
            Effect.map(
              sql.unsafe<TokenRow>(
                `SELECT ${listed} FROM operator_token
                 WHERE tenant_id = 1 AND id < $1::bigint ORDER BY id DESC LIMIT $2::integer`,
                [before, limit],
              ),
              (rows) => rows.map(tokenOf),
            ),
          ),
        revoke: (id, by) =>
          storeCall("OperatorTokens.revoke")(
            Effect.map(
              sql.unsafe<TokenRow>(revokeToken, [
                id,
                auditParameter({ actor: by, action: "token.revoke", subject: String(id) }),
              ]),
              ([row]) => Option.map(Option.fromUndefinedOr(row), tokenOf),
            ),
          ),
        live: storeCall("OperatorTokens.live")(
          Effect.map(sql.unsafe<LiveRow>(selectLive), (rows) =>
            rows.map((row) => ({
              id: Number(row.id),
              hash: row.hash,
              name: row.name,
              role: row.role,
              expiresAt: row.expires_at,
              lastUsedAt: row.last_used_at,
            })),
          ),
        ),
        used: (id) =>
          storeCall("OperatorTokens.used")(
            Effect.asVoid(
              sql.unsafe(
                `UPDATE operator_token SET last_used_at = now()
                 WHERE id = $1::bigint AND (last_used_at IS NULL OR last_used_at < now() - interval '1 minute')`,
                [id],
              ),
            ),
          ),
      }),
    ),
  )
}

interface TokenRow {
  readonly id: bigint
  readonly name: string
  readonly role: string
  readonly created_at: Date
  readonly created_by: string
  readonly expires_at: Date | null
  readonly last_used_at: Date | null
  readonly revoked_at: Date | null
}

interface LiveRow extends Pick<TokenRow, "id" | "name" | "role" | "expires_at" | "last_used_at"> {
  readonly hash: string
}

const listed = "id, name, role, created_at, created_by, expires_at, last_used_at, revoked_at"

const isLive = "revoked_at IS NULL AND (expires_at IS NULL OR expires_at > now())"

/** Concurrent statements may exceed the limit by one each, which {@link selectLive} has room for. */
const insertToken = `
  WITH made AS (
    INSERT INTO operator_token (tenant_id, hash, name, role, created_by, expires_at)
    SELECT 1, decode($1::text, 'hex'), $2::text, $3::text, $4::text, coalesce($5::text::timestamptz, now() + $6::text::interval)
    WHERE (SELECT count(*) FROM operator_token WHERE ${isLive}) < ${maxLiveTokens}
    RETURNING ${listed}
  ), audited AS (
    INSERT INTO audit (tenant_id, operator, via, token_id, action, subject, details)
    SELECT 1, operator, via, token_id, action, made.id::text,
      json_build_object('name', made.name, 'role', made.role, 'expires_at', made.expires_at)
    FROM made, json_to_record($7::text::json) AS entry (operator text, via text, token_id bigint, action text)
  )
  SELECT ${listed} FROM made`

const revokeToken = `
  WITH revoked AS (
    UPDATE operator_token SET revoked_at = now()
    WHERE tenant_id = 1 AND id = $1::bigint AND revoked_at IS NULL RETURNING ${listed}
  ), audited AS (${insertAudit("$2", "EXISTS (SELECT FROM revoked)")})
  SELECT ${listed} FROM revoked
  UNION ALL
  SELECT ${listed} FROM operator_token
  WHERE tenant_id = 1 AND id = $1::bigint AND revoked_at IS NOT NULL AND NOT EXISTS (SELECT FROM revoked)`

const selectLive = `
  SELECT id, encode(hash, 'hex') AS hash, name, role, expires_at, last_used_at FROM operator_token
  WHERE tenant_id = 1 AND ${isLive} ORDER BY id DESC LIMIT ${2 * maxLiveTokens}`

const tokenOf = (row: TokenRow): OperatorToken => ({
  id: Number(row.id),
  name: row.name,
  role: row.role,
  createdAt: row.created_at,
  createdBy: row.created_by,
  expiresAt: row.expires_at,
  lastUsedAt: row.last_used_at,
  revokedAt: row.revoked_at,
})
