/** Why a migration is not reverted unless somebody insists: data would be lost, or processes are at work. */
import { Schema } from "effect"

/** What reverting one migration loses. */
const StepLoss = Schema.Struct({
  /** The migration, such as `0001_leads`. */
  migration: Schema.String,
  table: Schema.String,
  /** Null for the whole table. */
  column: Schema.NullOr(Schema.String),
  /** How many rows hold data of it. */
  rows: Schema.Int,
})

/** Reverting the migrations would lose data. Nothing was changed. */
export class DataWouldBeLost extends Schema.TaggedError<DataWouldBeLost>()("DataWouldBeLost", {
  losses: Schema.Array(StepLoss),
}) {
  override get message(): string {
    const migrations = [...new Set(this.losses.map(({ migration }) => migration))]
    return [
      "reverting would lose data:",
      ...migrations.map((name) => {
        const lost = this.losses.filter(({ migration }) => migration === name)
        return `  ${name}: ${lost.map(lossText).join(", ")}`
      }),
    ].join("\n")
  }
}

const lossText = ({ column, rows, table }: typeof StepLoss.Type): string =>
  `${column === null ? table : `${table}.${column}`} (${rows.toLocaleString("en")} ${rows === 1 ? "row" : "rows"})`

/** Processes are connected that would work on with a schema that they do not expect. Nothing was changed. */
export class ProcessesConnected extends Schema.TaggedError<ProcessesConnected>()("ProcessesConnected", {
  processes: Schema.Array(
    Schema.Struct({
      name: Schema.String,
      address: Schema.NullOr(Schema.String),
      connections: Schema.Int,
      since: Schema.NullOr(Schema.Date),
    }),
  ),
}) {
  override get message(): string {
    return [
      "processes are connected to the database:",
      ...this.processes.map(
        ({ address, connections, name, since }) =>
          `  ${name}${address === null ? "" : ` at ${address}`}, ${connections} ${connections === 1 ? "connection" : "connections"}${since === null ? "" : `, since ${since.toISOString()}`}`,
      ),
    ].join("\n")
  }
}
