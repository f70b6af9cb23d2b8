/** When leads were received: a usual span of time, or any from and before. */
import { useSignal } from "@preact/signals"
import { clockNow } from "../clock.ts"

interface ReceivedBetweenProps {
  readonly from: string | undefined
  readonly before: string | undefined
  readonly onChange: (filters: Readonly<Record<string, string | undefined>>) => void
}

const hour = 3_600_000

/** The usual spans of time, up to now. */
const spans = [
  { name: "in the last hour", ms: hour },
  { name: "in the last 24 hours", ms: 24 * hour },
  { name: "in the last 7 days", ms: 7 * 24 * hour },
]

export const ReceivedBetween = ({ before, from, onChange }: ReceivedBetweenProps) => {
  const isChosen = useSignal(false)
  const isBetween = isChosen.value || from !== undefined || before !== undefined
  return (
    <>
      <label>
        Received
        <select
          value={isBetween ? "between" : ""}
          onChange={({ currentTarget }) => {
            const span = spans.find(({ name }) => name === currentTarget.value)
            isChosen.value = currentTarget.value === "between"
            if (span !== undefined) {
              onChange({
                received_from: new Date(clockNow() - span.ms).toISOString(),
                received_before: undefined,
              })
            } else if (!isChosen.value) onChange({ received_from: undefined, received_before: undefined })
          }}
        >
          <option value="">at any time</option>
          {spans.map(({ name }) => (
            <option key={name}>{name}</option>
          ))}
          <option value="between">between …</option>
        </select>
      </label>
      {isBetween && (
        <>
          <Moment label="from" value={from} onChange={(received_from) => onChange({ received_from })} />
          <Moment
            label="before"
            value={before}
            onChange={(received_before) => onChange({ received_before })}
          />
        </>
      )}
    </>
  )
}

interface MomentProps {
  readonly label: string
  readonly value: string | undefined
  readonly onChange: (value: string | undefined) => void
}

/** A time in the reader's zone; the address has it in UTC, so that a link means the same everywhere. */
const Moment = ({ label, onChange, value }: MomentProps) => (
  <label>
    {label}
    <input
      type="datetime-local"
      value={localOf(value)}
      onChange={({ currentTarget }) =>
        onChange(currentTarget.value === "" ? undefined : new Date(currentTarget.value).toISOString())
      }
    />
  </label>
)

const localOf = (time: string | undefined): string => {
  const date = new Date(time ?? "")
  if (Number.isNaN(date.getTime())) return ""
  return new Date(date.getTime() - date.getTimezoneOffset() * 60_000).toISOString().slice(0, 16)
}
