/** What an event or a record says beside: each name with its value, unless that is null; times in the reader's zone. */
import type { Json } from "@lead-gateway/client"
import { Time } from "./Time.tsx"

export const Details = ({ details }: { readonly details: Json }) => {
  const isObject = typeof details === "object" && details !== null && !Array.isArray(details)
  const members: ReadonlyArray<readonly [string, Json]> = isObject
    ? Object.entries(details).filter(([, value]) => value !== null)
    : []
  if (members.length === 0) return null
  return (
    <span class="details">
      {members.map(([name, value]) => (
        <span key={name}>
          {name.replaceAll("_", " ")}: <Value value={value} />
        </span>
      ))}
    </span>
  )
}

const moment = /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/

const Value = ({ value }: { readonly value: Json }) => {
  if (typeof value === "string")
    return moment.test(value) ? <Time at={value} as="moment" /> : <code>{value}</code>
  return <code>{JSON.stringify(value)}</code>
}
