/** A list of leads. */
import type { ListedLead } from "@lead-gateway/client"
import type { Signal } from "@preact/signals"
import { Reason, Status } from "../components/Status.tsx"
import { TestMark } from "../components/TestMark.tsx"
import { Due, Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"
import { may } from "../session.ts"
import { FirstLead } from "./FirstLead.tsx"

interface LeadTableProps {
  readonly leads: ReadonlyArray<ListedLead>
  readonly isFiltered: boolean
  readonly selected: Signal<ReadonlySet<number>>
}

export const LeadTable = ({ isFiltered, leads, selected }: LeadTableProps) => {
  if (leads.length === 0) {
    return isFiltered ? (
      <section class="empty">
        <h2>No lead matches</h2>
        <p>
          Take a filter away, or <a href="/console/leads">show all leads</a>. E-mail and phone are found in
          the fields that the profile declares as such.
        </p>
      </section>
    ) : (
      <FirstLead />
    )
  }
  const isSelectable = may("operator")
  const toggle = (ids: ReadonlyArray<number>, isSelected: boolean) => {
    const next = new Set(selected.value)
    for (const id of ids) {
      if (isSelected) next.add(id)
      else next.delete(id)
    }
    selected.value = next
  }
  const areAll = leads.every(({ id }) => selected.value.has(id))
  return (
    <div class="scroll">
      <table>
        <thead>
          <tr>
            {isSelectable && (
              <th scope="col">
                <input
                  type="checkbox"
                  aria-label="Select all leads that are shown"
                  checked={areAll}
                  onChange={() =>
                    toggle(
                      leads.map(({ id }) => id),
                      !areAll,
                    )
                  }
                />
              </th>
            )}
            <th scope="col">Lead</th>
            <th scope="col">Received</th>
            <th scope="col">Status</th>
            <th scope="col">Reason</th>
            <th scope="col" class="number">
              Attempts
            </th>
            <th scope="col">Next attempt</th>
            <th scope="col">Correlation id</th>
          </tr>
        </thead>
        <tbody>
          {leads.map((lead) => (
            <tr key={lead.id}>
              {isSelectable && (
                <td>
                  <input
                    type="checkbox"
                    aria-label={`Select lead ${lead.id}`}
                    checked={selected.value.has(lead.id)}
                    onChange={(event) => toggle([lead.id], event.currentTarget.checked)}
                  />
                </td>
              )}
              <th scope="row">
                <a href={`/console/leads/${lead.id}`}>{lead.id}</a> {lead.test && <TestMark />}
              </th>
              <td>
                <Time at={lead.received_at} />
              </td>
              <td>
                <Status status={lead.status} reason={lead.rejection_reason} />
              </td>
              <td>
                <Reason reason={lead.rejection_reason} />
              </td>
              <td class="number">{formatCount(lead.attempts)}</td>
              <td>
                {lead.next_attempt_at === null ? (
                  <span class="faint">–</span>
                ) : (
                  <Due at={lead.next_attempt_at} />
                )}
              </td>
              <td>
                <code class="id">{lead.correlation_id}</code>
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  )
}
