/** What needs a person, the gravest first. */
import type { CustomerState, DeepHealth, Ledger, ReasonCount } from "@lead-gateway/client"
import type { ComponentChildren } from "preact"
import { Due, Time } from "../components/Time.tsx"
import { formatCount, formatShare } from "../format.ts"
import { healthMatters } from "../healthMatters.ts"

interface AttentionProps {
  readonly ledger: Ledger
  readonly customers: ReadonlyArray<CustomerState>
  readonly reasons: ReadonlyArray<ReasonCount>
  readonly health: DeepHealth
  /** Says nothing where nothing needs a person. */
  readonly isQuiet?: boolean
}

interface Matter {
  readonly tone: "bad" | "warn"
  readonly text: ComponentChildren
  readonly href: string
  readonly action: string
}

export const Attention = ({ customers, health, isQuiet = false, ledger, reasons }: AttentionProps) => {
  const matters = [
    ...unaccountedOf(ledger),
    ...mattersOfHealth(health, customers),
    ...customers.flatMap((customer) => matterOf(customer)),
    ...parkedOf(ledger),
    ...givenUpOf(reasons, Date.now()),
  ].toSorted((a, b) => Number(a.tone === "warn") - Number(b.tone === "warn"))
  if (matters.length === 0) return isQuiet ? null : <p class="notice good">Nothing needs you.</p>
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
    text: `${leads(parked)} parked: the customer needs something that they lack. Nothing is sent until somebody mends that.`,
    href: "/console/failures",
    action: "Mend and replay",
  })

/** Its leads wait, however fast workers are. */
const takesNone = ({ blocked_reason, circuit, paused_at }: CustomerState): boolean =>
  blocked_reason !== null || paused_at !== null || circuit === "open"

const mattersOfHealth = (
  health: DeepHealth,
  customers: ReadonlyArray<CustomerState>,
): ReadonlyArray<Matter> => {
  const common = { href: "/console/health", action: "Look at health" }
  return [
    ...healthMatters(health, customers.some(takesNone)).map(({ text, tone }) => ({ ...common, text, tone })),
    ...health.warnings.map((warning) => ({ ...common, tone: "warn" as const, text: warning })),
  ]
}

/** From so long ago on leads that were given up are past, and no matter for today. */
const recentMs = 7 * 86_400_000

/** Nobody sends a lead again that was given up, unless a person replays it. */
const givenUpOf = (reasons: ReadonlyArray<ReasonCount>, now: number): ReadonlyArray<Matter> =>
  reasons
    .filter(
      ({ newest_at, status }) =>
        status === "PERMANENTLY_FAILED" && now - new Date(newest_at).getTime() < recentMs,
    )
    .map(({ leads: count, newest_at, reason }) => ({
      tone: "warn",
      text: (
        <>
          {leads(count)} given up (<code>{reason}</code>), the last one <Time at={newest_at} as="relative" />.
          Nothing is sent until somebody replays {count === 1 ? "it" : "them"}.
        </>
      ),
      href: `/console/leads?status=PERMANENTLY_FAILED&reason=${encodeURIComponent(reason)}`,
      action: "Look at them",
    }))

const matterOf = (customer: CustomerState): ReadonlyArray<Matter> => {
  const { blocked_reason, circuit, circuit_changed_at, name, paused_at, paused_by, probe_at, waiting } =
    customer
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
        {name} has taken no leads{since}: it is down, or refuses every one. {waits(waiting)} The gateway tries
        again by itself
        {probe_at !== null && (
          <>
            {" "}
            <Due at={probe_at} />
          </>
        )}
        .
      </>
    )
    return [{ ...common, tone: "bad", text }]
  }
  if (paused_at === null) return failingOf(customer)
  const text = (
    <>
      {paused_by ?? "Somebody"} paused {name} <Time at={paused_at} as="relative" />. {waits(waiting)}
    </>
  )
  return [{ ...common, tone: "warn", text }]
}

/** From so many attempts on their share of failures says something. */
const enoughAttempts = 20

const failingOf = ({ error_share, name, recent_attempts }: CustomerState): ReadonlyArray<Matter> =>
  when(recent_attempts >= enoughAttempts && (error_share ?? 0) >= 0.5, {
    tone: "warn",
    text: `${formatShare(error_share ?? 0)} of the last ${formatCount(recent_attempts)} attempts to reach ${name} failed.`,
    href: "/console/leads?status=FAILED",
    action: "Look at the failed leads",
  })

const when = (is: boolean, matter: Matter): ReadonlyArray<Matter> => (is ? [matter] : [])
