/** Reads the plans of the store's statements. */
import type { PgClient } from "@effect/sql-pg"
import { Effect } from "effect"
import type { Statement } from "effect/sql"

/** Notes the text of every statement that is run with its transformer, background fibers included. */
export const noteStatements = () => {
  const texts = new Set<string>()
  const transformer: Statement.Transformer = (statement) =>
    Effect.sync(() => {
      texts.add(statement.compile()[0])
      return statement
    })
  return { texts, transformer }
}

interface PlanNode {
  readonly "Node Type": string
  readonly "Relation Name"?: string
  readonly "Index Name"?: string
  readonly "Index Cond"?: string
  readonly Plans?: ReadonlyArray<PlanNode>
}

/** Prepares statements on this connection; returns the generic plan of one of them. */
export const prepare = (sql: PgClient.PgClient, texts: Iterable<string>) =>
  Effect.forEach([...texts], (text, index) => {
    const parameters = Math.max(0, ...[...text.matchAll(/\$(\d+)/g)].map(([, number]) => Number(number)))
    const values = parameters === 0 ? "" : `(${Array.from({ length: parameters }, () => "NULL").join(", ")})`
    const explain = Effect.map(
      sql.unsafe<{ "QUERY PLAN": ReadonlyArray<{ readonly Plan: PlanNode }> }>(
        `EXPLAIN (FORMAT JSON) EXECUTE watched_${index}${values}`,
      ).unprepared,
      (rows) => rows.flatMap((row) => row["QUERY PLAN"].map(({ Plan }) => Plan)),
    )
    return Effect.as(sql.unsafe(`PREPARE watched_${index} AS ${text}`).unprepared, { text, explain })
  })

/** The first column of each index: a condition on another column alone scans the whole index. */
const firstColumn = (index: string) => {
  if (index === "work_due") return "lane"
  if (["work_listed", "settled_lead_newest", "settled_lead_reason"].includes(index)) return "tenant_id"
  if (/correlation/.test(index)) return "correlation_id"
  if (index.startsWith("lead_contact")) return "hash"
  return /^lead_p\d+/.test(index) ? "id" : "lead_id"
}

const isLarge = /^(work|settled_lead|(lead|decision|delivery|attempt|lead_event|lead_contact)(_p\d+)?)$/

/** Scans of large tables or of their indexes from end to end. */
export const fullScans = (node: PlanNode): ReadonlyArray<string> => {
  const type = node["Node Type"]
  const index = node["Index Name"]
  const relation =
    node["Relation Name"] ??
    index?.replace(
      /_(pkey|due|state|newest|reason|(correlation|hash|tenant)_id.*|hash_lead_id_idx|tenant_id.*)$/,
      "",
    ) ??
    ""
  const below = (node.Plans ?? []).flatMap(fullScans)
  if (!isLarge.test(relation)) return below
  if (type === "Seq Scan") return [`Seq Scan of ${relation}`, ...below]
  if (index === undefined) return below
  const isBounded = new RegExp(`\\b${firstColumn(index)}\\b`).test(node["Index Cond"] ?? "")
  return isBounded ? below : [`${type} of all of ${index}`, ...below]
}

/** How many nodes read a large table, whichever way. */
export const readsLarge = (node: PlanNode): number =>
  Number(isLarge.test(node["Relation Name"] ?? "") && node["Node Type"].includes("Scan")) +
  (node.Plans ?? []).reduce((sum, plan) => sum + readsLarge(plan), 0)
