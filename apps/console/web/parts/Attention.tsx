/** What needs a person, the gravest first. */
import type { CustomerState, DeepHealth, Ledger } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { Time } from "../components/Time.tsx"
import { formatCount, formatDuration } from "../format.ts"

interface AttentionProps {
  readonly ledger: Ledger
  readonly customers: ReadonlyArray<CustomerState>
  readonly health: DeepHealth
}

interface Matter {
  readonly tone: "bad" | "warn"
  readonly text: ComponentChildren
  readonly href: string
  readonly action: string
}

export const Attention = ({ customers, health, ledger }: AttentionProps) => {
  const matters = [
    ...unaccountedOf(ledger),
    ...mattersOfHealth(health),
    ...customers.flatMap((customer) => matterOf(customer)),
    ...parkedOf(ledger),
  ].toSorted((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"))
  if (matters.length === 0) return <p class="notice good">Nothing needs you.</p>
  return (
    <section aria-label="Needs a person">
      <ul class="matters">
        {matters.map(({ action, href, text, tone }, index) => (
          <li key={index} class={`notice ${tone}`}>
            <span>{text}</span> <a href={href}>{action}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}

const leads = (count: number): string => `${formatCount(count)} ${count === 1 ? "lead" : "leads"}`

const waits = (count: number): string => `${leads(count)} ${count === 1 ? "waits" : "wait"}.`

const unaccountedOf = ({ unaccounted }: Ledger): ReadonlyArray<Matter> =>
  when(unaccounted !== 0, {
    tone: "bad",
    text: `${leads(Math.abs(unaccounted))} cannot be accounted for.`,
    href: "/console/health",
    action: "Look at health",
  })

const parkedOf = ({ parked }: Ledger): ReadonlyArray<Matter> =>
  when(parked > 0, {
    tone: "warn",
    text: `${leads(parked)} parked: a required field is missing. Nothing is sent until somebody mends them.`,
    href: "/console/failures",
    action: "Mend and replay",
  })

/** A lead that has been due for so long waits for something else than its turn. */
const longDueSeconds = 60

const mattersOfHealth = (health: DeepHealth): ReadonlyArray<Matter> => {
  const { database, oldest_due_seconds, queue, workers } = health
  const common = { href: "/console/health", action: "Look at health" }
  return [
    ...when(database.refuses_writes !== null, {
      ...common,
      tone: "bad",
      text: `No lead can be taken: the database refuses writes (${database.refuses_writes}).`,
    }),
    ...when(workers.status === "down", {
      ...common,
      tone: "bad",
      text: "No worker runs: leads are taken, and nothing becomes of them.",
    }),
    ...when(queue.status === "down", {
      ...common,
      tone: "warn",
      text: "The queue does not answer: leads are taken, and worked on a little later.",
    }),
    ...when(workers.status === "up" && (oldest_due_seconds ?? 0) > longDueSeconds, {
      ...common,
      tone: "warn",
      text: `A lead has been due for ${formatDuration((oldest_due_seconds ?? 0) * 1000)}: workers do not keep up.`,
    }),
    ...health.warnings.map((warning) => ({ ...common, tone: "warn" as const, text: warning })),
  ]
}

const matterOf = (customer: CustomerState): ReadonlyArray<Matter> => {
  const { blocked_reason, circuit, circuit_changed_at, name, paused_at, paused_by, waiting } = customer
  const common = { href: `/console/customers#${encodeURIComponent(name)}`, action: "Look at the customer" }
  if (blocked_reason !== null) {
    const text = `Nothing can be sent to ${name}: ${blocked_reason}. ${waits(waiting)}`
    return [{ ...common, tone: "bad", text }]
  }
  if (circuit === "open") {
    const since = circuit_changed_at !== null && (
      <>
        {" "}
        since <Time at={circuit_changed_at} />
      </>
    )
    const text = (
      <>
        {name} does not take leads{since}: it is down, or refuses every one. {waits(waiting)}
      </>
    )
    return [{ ...common, tone: "bad", text }]
  }
  if (paused_at === null) return []
  const text = (
    <>
      {paused_by ?? "Somebody"} paused {name} <Time at={paused_at} as="relative" />. {waits(waiting)}
    </>
  )
  return [{ ...common, tone: "warn", text }]
}

const when = (is: boolean, matter: Matter): ReadonlyArray<Matter> => (is ? [matter] : [])
