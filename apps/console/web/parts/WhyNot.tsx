/** Why leads are not delivered, the most frequent reasons first, as bars. */
import type { ReasonCount } from "@lead-gateway/client"
import { statuses, wordsOf } from "../components/Status.tsx"
import { formatCount } from "../format.ts"

/** More are on the page of failures. */
const shown = 5

export const WhyNot = ({ reasons }: { readonly reasons: ReadonlyArray<ReasonCount> }) => {
  if (reasons.length === 0) return null
  const most = reasons[0]?.leads ?? 1
  return (
    <section class="card" aria-label="Why leads are not delivered">
      <h2>
        Why leads are not delivered <a href="/console/failures">All reasons</a>
      </h2>
      <ul class="bars">
        {reasons.slice(0, shown).map(({ leads, reason, status }) => (
          <li key={`${status} ${reason}`}>
            <a href={`/console/leads?status=${status}&reason=${encodeURIComponent(reason)}`}>
              <code>{reason}</code> <small>{wordsOf(status, reason).name}</small>
            </a>
            <span>{formatCount(leads)}</span>
            <meter
              min={0}
              max={most}
              value={leads}
              aria-label={`${formatCount(leads)} leads`}
              class={statuses[status].tone}
            />
          </li>
        ))}
      </ul>
    </section>
  )
}
