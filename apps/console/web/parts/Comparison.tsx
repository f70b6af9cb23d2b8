/** What a draft would change about leads that were decided on before. */
import type { PreviewComparison } from "@lead-gateway/client"
import { formatCount, formatDuration } from "../format.ts"

type Change = PreviewComparison["changes"][number]

interface ComparisonProps {
  readonly comparison: PreviewComparison
  readonly tookMs: number
  /** The draft has been changed since. */
  readonly isOfAnother: boolean
}

const leads = (count: number): string => `${formatCount(count)} ${count === 1 ? "lead" : "leads"}`

export const Comparison = ({ comparison, isOfAnother, tookMs }: ComparisonProps) => {
  const { changed, changes, complete, leads: all, payloads_changed, undecided } = comparison
  const isSame = changed + payloads_changed.count === 0
  return (
    <section aria-label="What it would change">
      <h2>What it would change</h2>
      <div role="status">
        {isOfAnother && <p class="fine">The draft has changed since: try it again.</p>}
        <p class={`notice ${isSame ? "good" : "warn"}`}>
          Of the last {leads(all)} <strong>{isSame ? "none" : formatCount(changed)}</strong> would be decided
          otherwise{isSame ? ", and every customer payload stays as it is" : ""}. It took{" "}
          {formatDuration(tookMs)}.
          {undecided > 0 && ` ${leads(undecided)} left out: they wait for their decision, or are too large.`}
          {!complete && " There was not enough time for more: try fewer."}
        </p>
      </div>
      {!isSame && (
        <ul class="changes">
          {changes.map(({ count, examples, from, to }) => (
            <li key={JSON.stringify([from, to])}>
              <p>
                <strong>{leads(count)}</strong>: {decisionOf(from)} → {decisionOf(to)}
              </p>
              <Examples ids={examples} count={count} />
            </li>
          ))}
          {payloads_changed.count > 0 && (
            <li>
              <p>
                <strong>{leads(payloads_changed.count)}</strong>: accepted as before, with another payload for
                the customer
              </p>
              <Examples ids={payloads_changed.examples} count={payloads_changed.count} />
            </li>
          )}
        </ul>
      )}
    </section>
  )
}

const verdicts = { READY: "accepted", REJECTED: "rejected", PARKED: "parked" } as const

const decisionOf = ({ decision, reason }: Change["from"]) => (
  <>
    {verdicts[decision]}
    {reason !== null && (
      <>
        {" by "}
        <code class="reason">{reason}</code>
      </>
    )}
  </>
)

const Examples = ({ count, ids }: { readonly ids: ReadonlyArray<number>; readonly count: number }) => (
  <ul class="inline" aria-label={ids.length < count ? "The newest of them" : "These"}>
    {ids.map((id) => (
      <li key={id}>
        <a href={`/console/leads/${id}`}>{id}</a>
      </li>
    ))}
    {ids.length < count && <li class="faint">and {formatCount(count - ids.length)} more</li>}
  </ul>
)
