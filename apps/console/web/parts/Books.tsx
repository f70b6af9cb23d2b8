/** The ledger in one line: where all leads are that ever came. */
import type { Ledger } from "@lead-gateway/client"
import { formatCount } from "../format.ts"

const accounts: ReadonlyArray<readonly [keyof Ledger, string]> = [
  ["delivered", "delivered"],
  ["rejected", "rejected"],
  ["permanently_failed", "given up"],
  ["retrying", "waiting for another attempt"],
  ["parked", "parked"],
  ["in_flight", "under way"],
]

export const Books = ({ ledger }: { readonly ledger: Ledger }) => {
  const parts = accounts
    .filter(([key]) => ledger[key] !== 0)
    .map(([key, name]) => `${formatCount(ledger[key])} ${name}`)
  return (
    <p class={ledger.unaccounted === 0 ? "books" : "books bad"}>
      <strong>{formatCount(ledger.received)} received</strong> = {parts.join(" + ")};{" "}
      {ledger.unaccounted === 0
        ? "nothing missing."
        : `${formatCount(Math.abs(ledger.unaccounted))} ${ledger.unaccounted > 0 ? "missing" : "too many"}.`}
    </p>
  )
}
