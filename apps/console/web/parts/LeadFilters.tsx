/** The filters of a list of leads. They are in the page's address, so that a link shows what its sender saw. */
import type { CustomerState, ReasonCount } from "@lead-gateway/client"
import { statuses } from "../components/Status.tsx"
import { ReceivedBetween } from "./ReceivedBetween.tsx"

export type Filters = Readonly<Record<string, string>>

interface LeadFiltersProps {
  readonly filters: Filters
  /** What there is to choose; more can stand in the address. */
  readonly known: {
    readonly reasons: ReadonlyArray<ReasonCount>
    readonly customers: ReadonlyArray<CustomerState>
  }
  readonly onChange: (filters: Readonly<Record<string, string | undefined>>) => void
}

/** What is searched for, and not chosen: each with a button that takes it away, by the name in the address. */
const searched = [
  { filter: "email", label: "E-mail", inAddress: "search" },
  { filter: "phone", label: "Phone", inAddress: "search" },
  { filter: "correlation_id", label: "Correlation id", inAddress: "correlation_id" },
] as const

export const LeadFilters = ({ filters, known, onChange }: LeadFiltersProps) => {
  const reasons = known.reasons.filter(({ status }) => (filters.status ?? status) === status)
  const customers = known.customers.map(({ name }) => name)
  return (
    <div class="filters">
      <Select
        label="Status"
        value={filters.status}
        options={Object.entries(statuses).map(([value, { name }]) => ({ value, name }))}
        onChange={(status) => onChange({ status, reason: undefined })}
      />
      <Select
        label="Reason"
        value={filters.reason}
        options={optionsOf(
          reasons.map(({ reason }) => reason),
          filters.reason,
        )}
        onChange={(reason) => onChange({ reason })}
      />
      {(customers.length > 1 || filters.customer !== undefined) && (
        <Select
          label="Customer"
          value={filters.customer}
          options={optionsOf(customers, filters.customer)}
          onChange={(customer) => onChange({ customer })}
        />
      )}
      <ReceivedBetween from={filters.received_from} before={filters.received_before} onChange={onChange} />
      {searched.map(({ filter, inAddress, label }) => {
        const value = filters[filter]
        return (
          value !== undefined && (
            <span key={filter} class="chip">
              {label}: <b>{value}</b>
              <button
                type="button"
                aria-label={`Without ${label}`}
                onClick={() => onChange({ [inAddress]: undefined })}
              >
                ×
              </button>
            </span>
          )
        )
      })}
      {Object.keys(filters).length > 0 && <a href="/console/leads">Show all</a>}
    </div>
  )
}

interface Option {
  readonly value: string
  readonly name: string
}

/** Each value once, and the one that is chosen also when it is none of them. */
const optionsOf = (values: ReadonlyArray<string>, chosen: string | undefined): ReadonlyArray<Option> =>
  [...new Set([...values, ...(chosen === undefined ? [] : [chosen])])].map((value) => ({
    value,
    name: value,
  }))

interface SelectProps {
  readonly label: string
  readonly value: string | undefined
  readonly options: ReadonlyArray<Option>
  readonly onChange: (value: string | undefined) => void
}

const Select = ({ label, onChange, options, value = "" }: SelectProps) => (
  <label>
    {label}
    <select
      value={value}
      onChange={({ currentTarget }) => onChange(currentTarget.value === "" ? undefined : currentTarget.value)}
    >
      <option value="">Any</option>
      {options.map((option) => (
        <option key={option.value} value={option.value}>
          {option.name}
        </option>
      ))}
    </select>
  </label>
)
