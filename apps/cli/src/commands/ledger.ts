/** `lead-gateway ledger`. */
import { Console, Data, Effect, Layer } from "effect"
import { Command } from "effect/cli"
import { json } from "../Output.ts"
import { terminal, withProgress } from "../Progress.ts"

/** The ledger does not balance: a lead is lost, counted twice, or in a state that no worker looks at. */
class LedgerUnbalanced extends Data.TaggedError("LedgerUnbalanced")<{
  readonly lines: ReadonlyArray<string>
}> {
  override get message(): string {
    return this.lines.join("\n")
  }
}

const accountNames = {
  received: "received",
  rejected: "= rejected",
  delivered: "+ delivered",
  retrying: "+ retrying",
  parked: "+ parked",
  permanentlyFailed: "+ permanently failed",
  inFlight: "+ in flight",
} as const

const line = (name: string, counters: number | string, rows: number | string) =>
  `${name.padEnd(22)}${String(counters).padStart(12)}${String(rows).padStart(12)}`

const unbalanced = (where: string, missing: number): ReadonlyArray<string> => {
  if (missing === 0) return []
  return [missing > 0 ? `missing in ${where}: ${missing}` : `too many in ${where}: ${-missing}`]
}

/** Prints counters and leads side by side; fails with {@link LedgerUnbalanced} when they differ. */
const compareLedger = Effect.fnUntraced(function* ({ json }: { readonly json: boolean }) {
  const { imbalance, LeadLedger, ledgerAccounts, ledgerDifferences } = yield* Effect.promise(
    () => import("@lead-gateway/lead-store"),
  )
  const { operatorStore } = yield* Effect.promise(() => import("../Database.ts"))
  const { counters, rows } = yield* Effect.flatMap(LeadLedger, ({ both }) =>
    withProgress("counting leads", terminal(), () => both),
  ).pipe(Effect.provide(LeadLedger.layer.pipe(Layer.provide(operatorStore))))
  const missing = { counters: imbalance(counters), rows: imbalance(rows) }
  yield* json
    ? Console.log(JSON.stringify({ counters, rows, missing }))
    : Console.log(
        [
          line("", "counters", "rows"),
          ...ledgerAccounts.map((account) => line(accountNames[account], counters[account], rows[account])),
          line("missing", missing.counters, missing.rows),
          line("stranded", "", rows.stranded),
        ].join("\n"),
      )
  const faults = [
    ...unbalanced("the counters", missing.counters),
    ...unbalanced("the rows", missing.rows),
    ...(rows.stranded === 0 ? [] : [`stranded, so that no worker looks at them: ${rows.stranded}`]),
    ...ledgerDifferences(counters, rows).map(
      ({ account, left, right }) => `${account}: the counters have ${left}, the rows ${right}`,
    ),
  ]
  if (faults.length > 0) return yield* new LedgerUnbalanced({ lines: faults })
  if (!json) yield* Console.log("the ledger balances")
})

/** Compares the counters with the leads themselves. */
export const ledger = Command.make("ledger", { json: json("Print the figures as JSON") }, compareLedger).pipe(
  Command.withDescription("Compare the counters with the leads; code 1 when a lead is missing in either"),
  Command.withShortDescription("Check that no lead is missing"),
  Command.withExamples([
    { command: "lead-gateway ledger", description: "Print counters and leads side by side" },
  ]),
)
