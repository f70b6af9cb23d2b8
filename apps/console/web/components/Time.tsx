/** A time in the reader's zone; in UTC, as logs have it, on hover. */
import { useNow } from "../now.ts"
import { formatMoment, formatRelative, formatTime, formatUtc } from "../format.ts"

interface TimeProps {
  readonly at: string
  /** `clock`: the time of day, with the date if it was not today. `moment`: both. `relative`: how long ago, or how soon. */
  readonly as?: "clock" | "moment" | "relative"
}

export const Time = ({ as = "clock", at }: TimeProps) => {
  const now = useNow()
  const date = new Date(at)
  const text =
    as === "clock" ? formatTime(date, now) : as === "moment" ? formatMoment(date) : formatRelative(date, now)
  return (
    <time
      dateTime={at}
      title={as !== "relative" ? formatUtc(date) : `${formatMoment(date)} · ${formatUtc(date)}`}
    >
      {text}
    </time>
  )
}

/** When something is done next; what is due is done when its turn comes, and not in the past. */
export const Due = ({ at }: { readonly at: string }) => {
  const isDue = new Date(at).getTime() <= useNow().getTime()
  if (!isDue) return <Time at={at} as="relative" />
  const date = new Date(at)
  return (
    <time dateTime={at} title={`Due since ${formatMoment(date)} · ${formatUtc(date)}`}>
      when its turn comes
    </time>
  )
}
