/** How Postgres runs the store's statements. */
import { PgClient } from "@effect/sql-pg"
import { Effect, Schema } from "effect"
import { Statement } from "effect/sql"

interface Node {
  readonly "Node Type": string
  readonly "Actual Loops": number
  readonly "Relation Name"?: string | undefined
  readonly "Index Name"?: string | undefined
  readonly Plans?: ReadonlyArray<Node> | undefined
}

const Node: Schema.Codec<Node> = Schema.Struct({
  "Node Type": Schema.String,
  "Actual Loops": Schema.Finite,
  "Relation Name": Schema.optional(Schema.String),
  "Index Name": Schema.optional(Schema.String),
  Plans: Schema.optional(Schema.Array(Schema.suspend(() => Node))),
})

const Explained = Schema.Tuple([
  Schema.Struct({ "QUERY PLAN": Schema.Tuple([Schema.Struct({ Plan: Node })]) }),
])

/** One scan that was really made: of a table, by an index or from end to end. */
export interface Scan {
  readonly table: string
  readonly by: string
}

const scansOf = (node: Node): ReadonlyArray<Scan> => {
  if (node["Actual Loops"] === 0) return []
  const below = (node.Plans ?? []).flatMap(scansOf)
  const { "Index Name": index, "Node Type": type, "Relation Name": table } = node
  if (table === undefined || type === "ModifyTable") return below
  return [...below, { table, by: index === undefined ? type : `${type} ${index}` }]
}

/** Watches the statements of everything that runs with its transformer, background fibers included. */
export const watchPlans = () => {
  let watcher: PgClient.PgClient | undefined
  let seen: Array<Scan> = []

  /** Explains a statement by running it and taking it back, before it runs for good. */
  const transformer: Statement.Transformer = Effect.fnUntraced(function* (statement) {
    const sql = watcher
    if (sql === undefined) return statement
    const [text, parameters] = statement.compile()
    yield* Effect.gen(function* () {
      const rows = yield* sql.unsafe(`EXPLAIN (ANALYZE, COSTS OFF, FORMAT JSON) ${text}`, parameters)
      const [row] = yield* Schema.decodeUnknownEffect(Explained)(rows)
      seen.push(...scansOf(row["QUERY PLAN"][0].Plan))
      return yield* Effect.fail("taken back" as const)
    }).pipe(
      sql.withTransaction,
      Effect.provideService(Statement.CurrentTransformer, undefined),
      Effect.catch((error) => (error === "taken back" ? Effect.void : Effect.die(error))),
    )
    return statement
  })

  /** Runs something; what it returned and the scans that it made. */
  const watch = Effect.fnUntraced(function* <A, E, R>(run: Effect.Effect<A, E, R>) {
    watcher = yield* PgClient.PgClient
    seen = []
    const result = yield* run
    watcher = undefined
    return { result, scans: seen }
  })

  return { transformer, watch }
}
