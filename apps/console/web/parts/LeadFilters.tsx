/** The filters of a list of leads: status and time to choose, all others as they were given, each to be taken away. */
import { statuses } from "../components/Status.tsx"

interface LeadFiltersProps {
  readonly filters: Readonly<Record<string, string>>
  readonly onChange: (filters: Readonly<Record<string, string | undefined>>) => void
}

const names: Readonly<Record<string, string>> = {
  reason: "Reason",
  customer: "Customer",
  email: "E-mail",
  phone: "Phone",
  correlation_id: "Correlation id",
}

export const LeadFilters = ({ filters, onChange }: LeadFiltersProps) => (
  <div class="filters">
    <label>
      Status
      <select
        value={filters.status ?? ""}
        onChange={(event) => onChange({ status: event.currentTarget.value })}
      >
        <option value="">Any</option>
        {Object.entries(statuses).map(([status, { name }]) => (
          <option key={status} value={status}>
            {name}
          </option>
        ))}
      </select>
    </label>
    <Moment name="received_from" label="Received from" filters={filters} onChange={onChange} />
    <Moment name="received_before" label="and before" filters={filters} onChange={onChange} />
    {Object.entries(names).map(([name, label]) => {
      const value = filters[name]
      return (
        value !== undefined && (
          <span key={name} class="chip">
            {label}: <b>{value}</b>
            <button
              type="button"
              aria-label={`Without ${label}`}
              onClick={() => onChange({ [name]: undefined })}
            >
              ×
            </button>
          </span>
        )
      )
    })}
  </div>
)

interface MomentProps extends LeadFiltersProps {
  readonly name: string
  readonly label: string
}

/** A time in the reader's zone; the address has it in UTC, so that a link means the same everywhere. */
const Moment = ({ filters, label, name, onChange }: MomentProps) => (
  <label>
    {label}
    <input
      type="datetime-local"
      value={localOf(filters[name])}
      onChange={(event) => {
        const { value } = event.currentTarget
        onChange({ [name]: value === "" ? undefined : new Date(value).toISOString() })
      }}
    />
  </label>
)

const localOf = (time: string | undefined): string => {
  const date = new Date(time ?? "")
  if (Number.isNaN(date.getTime())) return ""
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
