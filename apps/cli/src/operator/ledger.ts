import { imbalance, LeadLedger, ledgerAccounts, ledgerDifferences } from "@lead-gateway/lead-store"
import { Console, Data, Effect, Layer } from "effect"
import { terminal, withProgress } from "../Progress.ts"
import * as OperatorStore from "./OperatorStore.ts"

/** The books do not balance: a lead is lost, counted twice, or nobody would ever look at it again. */
class LedgerUnbalanced extends Data.TaggedError("LedgerUnbalanced")<{ readonly message: string }> {}

const accountNames: Readonly<Record<(typeof ledgerAccounts)[number], string>> = {
  received: "received",
  rejected: "= rejected",
  delivered: "+ delivered",
  retrying: "+ retrying",
  parked: "+ parked",
  permanentlyFailed: "+ permanently failed",
  inFlight: "+ in flight",
}

const line = (name: string, counters: number | string, rows: number | string) =>
  `${name.padEnd(22)}${String(counters).padStart(12)}${String(rows).padStart(12)}`

const unbalanced = (where: string, missing: number): ReadonlyArray<string> => {
  if (missing === 0) return []
  return [missing > 0 ? `missing in ${where}: ${missing}` : `too many in ${where}: ${-missing}`]
}

/** Prints counters and leads side by side; fails when one is missing in either. */
export const compareBooks = Effect.fnUntraced(
  function* ({ json }: { readonly json: boolean }) {
    const { both } = yield* LeadLedger
    const { counters, rows } = yield* withProgress("counting leads", terminal(), () => both)
    const differences = ledgerDifferences(counters, rows)
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
      ...differences.map(({ account, left, right }) => `${account}: ${left} counted, ${right} found`),
    ]
    if (faults.length > 0) return yield* new LedgerUnbalanced({ message: faults.join("\n") })
    if (!json) yield* Console.log("the books balance")
  },
  Effect.provide(LeadLedger.layer.pipe(Layer.provide(OperatorStore.layer))),
)
