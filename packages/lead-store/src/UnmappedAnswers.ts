import { PgClient } from "@effect/sql-pg"
import { Context, Effect, Layer } from "effect"
import { columns } from "./internal/sql.ts"
import { storableText } from "./storable.ts"
import { storeCall, type StoreError } from "./StoreError.ts"

/** Answers that a mapping does not know, counted since the last time. */
export interface CountedAnswer {
  readonly attribute: string
  /** Undefined: answers that are not kept, such as one that looks like a phone number. */
  readonly value: string | undefined
  readonly count: number
}

/** An answer that mappings did not know. */
export interface UnmappedAnswer {
  readonly id: number
  readonly attribute: string
  /** Null: all answers of the attribute that are not kept. */
  readonly value: string | null
  readonly count: number
  readonly firstSeen: Date
  readonly lastSeen: Date
}

/** How many different answers of an attribute are kept. Later ones are counted together. */
export const keptAnswers = 1000

/**
 * Answers to dropdowns that the mapping does not know, with how often they came: what a mapping lacks. Workers record them,
 * the api lists them.
 *
 * Counts are added in a statement of their own, some seconds after the decisions: a worker that is killed loses those of its
 * last seconds, and a decision that is made twice is counted twice.
 */
export class UnmappedAnswers extends Context.Service<
  UnmappedAnswers,
  {
    /** Adds counts. */
    readonly record: (answers: ReadonlyArray<CountedAnswer>) => Effect.Effect<void, StoreError>
    /** The most frequent first. */
    readonly list: (query: {
      readonly limit: number
      /** The last one of the page before. */
      readonly after?: Pick<UnmappedAnswer, "count" | "id"> | undefined
      readonly attribute?: string | undefined
    }) => Effect.Effect<ReadonlyArray<UnmappedAnswer>, StoreError>
  }
>()("@lead-gateway/lead-store/UnmappedAnswers") {
  static readonly layer: Layer.Layer<UnmappedAnswers, never, PgClient.PgClient> = Layer.effect(
    UnmappedAnswers,
    Effect.map(PgClient.PgClient, (sql) =>
      UnmappedAnswers.of({
        record: (answers) =>
          storeCall("UnmappedAnswers.record")(
            sql.withTransaction(
              Effect.andThen(
                // So that the limit of each attribute holds: the next statement sees what others have inserted.
                sql`SELECT pg_advisory_xact_lock(hashtext('unmapped answers'))`,
                Effect.asVoid(
                  sql.unsafe(add, [
                    columns.text(answers.map(({ attribute }) => storableText(attribute))),
                    columns.text(answers.map(({ value = "" }) => storableText(value))),
                    columns.int8(answers.map(({ count }) => count)),
                  ]),
                ),
              ),
            ),
          ),
        list: ({ after, attribute, limit }) =>
          storeCall("UnmappedAnswers.list")(
            Effect.map(
              sql.unsafe<AnswerRow>(mostFrequent, [
                limit,
                attribute ?? null,
                after?.count ?? Number.MAX_SAFE_INTEGER,
                after?.id ?? 0,
              ]),
              (rows) => rows.map(answerOf),
            ),
          ),
      }),
    ),
  )
}

/** The empty value is that of answers that are not kept: an answer is never empty. */
const add = `
  WITH input AS (
    SELECT attribute, value, sum(answers) AS answers FROM unnest($1::text[], $2::text[], $3::bigint[]) AS t (attribute, value, answers)
    GROUP BY attribute, value
  ), kept AS (
    SELECT attribute, count(*) AS answers FROM unmapped_answer WHERE tenant_id = 1 AND value <> '' GROUP BY attribute
  ), known AS (
    SELECT input.*, input.value = '' OR u.value IS NOT NULL AS is_known
    FROM input LEFT JOIN unmapped_answer AS u
      ON u.tenant_id = 1 AND u.attribute = input.attribute AND u.value = input.value
  ), placed AS (
    SELECT known.*, coalesce(kept.answers, 0) + row_number() OVER (
      PARTITION BY known.attribute, is_known ORDER BY known.answers DESC, known.value
    ) AS place
    FROM known LEFT JOIN kept ON kept.attribute = known.attribute
  )
  INSERT INTO unmapped_answer AS u (tenant_id, attribute, value, answers)
  SELECT 1, attribute, CASE WHEN is_known OR place <= ${keptAnswers} THEN value ELSE '' END AS value, sum(answers)
  FROM placed GROUP BY 2, 3 ORDER BY 2, 3
  ON CONFLICT ON CONSTRAINT unmapped_answer_pkey
  DO UPDATE SET answers = u.answers + excluded.answers, last_seen = now()`

const mostFrequent = `
  SELECT id, attribute, value, answers, first_seen, last_seen FROM unmapped_answer
  WHERE tenant_id = 1 AND ($2::text IS NULL OR attribute = $2::text)
    AND (answers < $3::bigint OR (answers = $3::bigint AND id > $4::bigint))
  ORDER BY answers DESC, id LIMIT $1::integer`

interface AnswerRow {
  readonly id: bigint
  readonly attribute: string
  readonly value: string
  readonly answers: bigint
  readonly first_seen: Date
  readonly last_seen: Date
}

const answerOf = (row: AnswerRow): UnmappedAnswer => ({
  id: Number(row.id),
  attribute: row.attribute,
  value: row.value === "" ? null : row.value,
  count: Number(row.answers),
  firstSeen: row.first_seen,
  lastSeen: row.last_seen,
})
