/** What needs a person, the gravest first. */
import type { CustomerState, Ledger } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"

interface AttentionProps {
  readonly ledger: Ledger
  readonly customers: ReadonlyArray<CustomerState>
}

interface Matter {
  readonly tone: "bad" | "warn"
  readonly text: ComponentChildren
  readonly href: string
  readonly action: string
}

export const Attention = ({ customers, ledger }: AttentionProps) => {
  const matters = mattersOf(ledger, customers)
  if (matters.length === 0) return <p class="notice good">Nothing needs you.</p>
  return (
    <section aria-label="Needs a person">
      <ul class="matters">
        {matters.map(({ action, href, text, tone }) => (
          <li key={href + action} class={`notice ${tone}`}>
            <span>{text}</span> <a href={href}>{action}</a>
          </li>
        ))}
      </ul>
    </section>
  )
}

const leads = (count: number): string => `${formatCount(count)} ${count === 1 ? "lead" : "leads"}`

const mattersOf = (ledger: Ledger, customers: ReadonlyArray<CustomerState>): ReadonlyArray<Matter> => [
  ...(ledger.unaccounted === 0
    ? []
    : [
        {
          tone: "bad" as const,
          text: `${leads(Math.abs(ledger.unaccounted))} cannot be accounted for.`,
          href: "/console/health",
          action: "Look at health",
        },
      ]),
  ...customers.flatMap((customer) => matterOf(customer)),
  ...(ledger.parked === 0
    ? []
    : [
        {
          tone: "warn" as const,
          text: `${leads(ledger.parked)} parked: a required field is missing. Nothing is sent until somebody mends them.`,
          href: "/console/failures",
          action: "Mend and replay",
        },
      ]),
]

const matterOf = (customer: CustomerState): ReadonlyArray<Matter> => {
  const { blocked_reason, circuit, circuit_changed_at, name, paused_at, paused_by } = customer
  const waiting = `${leads(customer.waiting)} ${customer.waiting === 1 ? "waits" : "wait"}.`
  const common = { href: `/console/customers#${encodeURIComponent(name)}`, action: "Look at the customer" }
  if (blocked_reason !== null) {
    return [{ ...common, tone: "bad", text: `Nothing can be sent to ${name}: ${blocked_reason}. ${waiting}` }]
  }
  if (circuit === "open") {
    return [
      {
        ...common,
        tone: "bad",
        text: (
          <>
            {name} does not take leads
            {circuit_changed_at !== null && (
              <>
                {" "}
                since <Time at={circuit_changed_at} />
              </>
            )}
            : it is down, or refuses every one. {waiting}
          </>
        ),
      },
    ]
  }
  if (paused_at !== null) {
    return [
      {
        ...common,
        tone: "warn",
        text: (
          <>
            {paused_by ?? "Somebody"} paused {name} <Time at={paused_at} as="relative" />. {waiting}
          </>
        ),
      },
    ]
  }
  return []
}
