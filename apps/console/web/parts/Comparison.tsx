/** What a draft would change about leads that were decided on before. */
import type { PreviewComparison } from "@lead-gateway/client"
import { DataTable } from "../components/DataTable.tsx"
import { formatCount } from "../format.ts"

type Change = PreviewComparison["changes"][number]

export const Comparison = ({ comparison }: { readonly comparison: PreviewComparison }) => {
  const { changed, changes, complete, leads, payloads_changed, undecided } = comparison
  return (
    <div role="status">
      <p class={`notice ${changed + payloads_changed.count === 0 ? "good" : "warn"}`}>
        Of {formatCount(leads)} leads <strong>{formatCount(changed)}</strong> would be decided otherwise, and
        the customer would get another payload of <strong>{formatCount(payloads_changed.count)}</strong>.
        {undecided > 0 &&
          ` ${formatCount(undecided)} were left out: they wait for their decision, or are too large.`}
        {!complete && " There was not enough time for all of them."}
      </p>
      {changes.length > 0 && (
        <DataTable
          label="Changed decisions"
          rows={changes}
          keyOf={({ from, to }) => JSON.stringify([from, to])}
          columns={[
            { name: "From", show: ({ from }) => decisionOf(from) },
            { name: "To", show: ({ to }) => decisionOf(to) },
            { name: "Leads", isNumber: true, show: ({ count }) => formatCount(count) },
            { name: "For example", show: ({ examples }) => <Examples ids={examples} /> },
          ]}
          empty=""
        />
      )}
      {payloads_changed.count > 0 && (
        <p>
          Other payloads: <Examples ids={payloads_changed.examples} />
        </p>
      )}
    </div>
  )
}

const decisionOf = ({ decision, reason }: Change["from"]): string =>
  reason === null ? decision : `${decision}: ${reason}`

const Examples = ({ ids }: { readonly ids: ReadonlyArray<number> }) => (
  <>
    {ids.slice(0, 5).map((id) => (
      <>
        <a key={id} href={`/console/leads/${id}`}>
          {id}
        </a>{" "}
      </>
    ))}
  </>
)
