/**
 * What reverting a migration loses: parsed from its down section, and counted in a database.
 *
 * Every down section says it, so that nobody has to read SQL to know. A test reverts each migration of the repository and
 * compares what is gone with what it says.
 */
import type { Client } from "pg"

/** A table, or a column of one, whose data are dropped. */
export interface Loss {
  readonly table: string
  /** Undefined for the whole table. */
  readonly column: string | undefined
  /** Rows that the migration itself inserts, which are no loss. */
  readonly beyond: number
}

/** A {@link Loss}, and how many rows of the table hold data of it now: in a column, another value than its default. */
export interface CountedLoss {
  readonly table: string
  readonly column: string | undefined
  readonly rows: number
}

/** Parses the lines `-- Loses: lead, work.release, tenant beyond 1`. Throws if there is none, or one is not understood. */
export const lossesOf = (name: string, section: string): ReadonlyArray<Loss> => {
  const statements = [...section.matchAll(/^\s*--\s*loses:(.*)$/gim)].map(([, text = ""]) => text.trim())
  if (statements.length === 0) {
    throw new Error(
      `${name}.sql: its down section does not say what it loses; write "-- Loses: nothing" there, or the tables and columns whose data it drops, such as "-- Loses: lead, work.release"`,
    )
  }
  if (statements.length === 1 && statements[0]?.toLowerCase() === "nothing") return []
  return statements.flatMap((statement) =>
    statement.split(",").map((item) => {
      const [, table, column, beyond = "0"] = pattern.exec(item.trim()) ?? []
      if (table === undefined || table === "nothing") {
        throw new Error(
          `${name}.sql: "-- Loses: ${statement}" is not understood; use "nothing", or tables and columns separated by commas, such as "lead, work.release, tenant beyond 1"`,
        )
      }
      return { table, column, beyond: Number(beyond) }
    }),
  )
}

const pattern = /^([a-z_][a-z0-9_]*)(?:\.([a-z_][a-z0-9_]*))?(?: beyond (\d{1,9}))?$/

/** Counts what there is to lose; what holds no data is left out. */
export const countLosses = async (
  client: Client,
  losses: ReadonlyArray<Loss>,
): Promise<ReadonlyArray<CountedLoss>> => {
  const counted: Array<CountedLoss> = []
  for (const { beyond, column, table } of losses) {
    if (!(await exists(client, table, column))) continue
    const condition = column === undefined ? "true" : await holdsData(client, table, column)
    // The names are identifiers by the pattern above.
    const { rows } = await client.query<{ n: string }>(
      `SELECT count(*) AS n FROM "${table}" WHERE ${condition}`,
    )
    const n = Number(rows[0]?.n ?? 0) - beyond
    if (n > 0) counted.push({ table, column, rows: n })
  }
  return counted
}

const exists = async (client: Client, table: string, column: string | undefined): Promise<boolean> => {
  const sql = `
    SELECT count(*)::integer AS n FROM pg_attribute
    WHERE attrelid = to_regclass($1) AND NOT attisdropped AND ($2::text IS NULL OR attname = $2)`
  return ((await client.query<{ n: number }>(sql, [`"${table}"`, column ?? null])).rows[0]?.n ?? 0) > 0
}

/** The SQL condition that a column of a row holds data. Compared as text, since the type json has no equality. */
const holdsData = async (client: Client, table: string, column: string): Promise<string> => {
  const { rows } = await client.query<{ fallback: string }>(
    `SELECT pg_get_expr(adbin, adrelid) AS fallback FROM pg_attrdef
     JOIN pg_attribute ON attrelid = adrelid AND attnum = adnum
     WHERE adrelid = to_regclass($1) AND attname = $2 AND attgenerated = ''`,
    [`"${table}"`, column],
  )
  const fallback = rows[0]?.fallback ?? ""
  return constant.test(fallback)
    ? `"${column}"::text IS DISTINCT FROM (${fallback})::text`
    : `"${column}" IS NOT NULL`
}

/**
 * A default that is a constant, as Postgres prints it: `false`, `(-1)`, `'[]'::jsonb`. Others, such as `now()`, give each
 * row a value of its own, and a call of `nextval` would use numbers up.
 */
const constant = /^(?:'(?:[^']|'')*'|\(?-?\d+(?:\.\d+)?\)?|true|false)(?:::[\w ."(),[\]]+)?$/
