/** Each customer in short: whether it takes leads, how fast, what waits. */
import type { CustomerState } from "@lead-gateway/client"
import { Time } from "../components/Time.tsx"
import { formatCount, formatShare } from "../format.ts"

/** How a customer stands, in a word. */
export const standingOf = (customer: CustomerState): { readonly name: string; readonly tone: string } => {
  if (customer.blocked_reason !== null) return { name: "Blocked", tone: "bad" }
  if (customer.paused_at !== null) return { name: "Paused", tone: "warn" }
  if (customer.circuit === "open") return { name: "Down", tone: "bad" }
  return { name: "Takes leads", tone: "good" }
}

export const CustomerCards = ({ customers }: { readonly customers: ReadonlyArray<CustomerState> }) => (
  <section aria-label="Customers" class="cards">
    {customers.map((customer) => (
      <CustomerCard key={customer.id} customer={customer} />
    ))}
  </section>
)

const CustomerCard = ({ customer }: { readonly customer: CustomerState }) => {
  const { name: standing, tone } = standingOf(customer)
  return (
    <article class="card">
      <h2>
        <a href={`/console/customers#${encodeURIComponent(customer.name)}`}>{customer.name}</a>{" "}
        <span class={`status ${tone}`}>{standing}</span>
      </h2>
      <CustomerFacts customer={customer} />
    </article>
  )
}

/** What a customer's deliveries are like. */
export const CustomerFacts = ({ customer }: { readonly customer: CustomerState }) => {
  const { blocked_reason, error_share, oldest_due_at, probe_at, rate_per_second, recent_attempts, waiting } =
    customer
  return (
    <dl>
      {blocked_reason !== null && (
        <>
          <dt>Blocked</dt>
          <dd>{blocked_reason}</dd>
        </>
      )}
      <dt>Waiting</dt>
      <dd>{waiting >= 100_000 ? `${formatCount(100_000)} or more` : formatCount(waiting)}</dd>
      <dt>Oldest due</dt>
      <dd>{oldest_due_at === null ? "none" : <Time at={oldest_due_at} as="relative" />}</dd>
      <dt>Recent attempts that failed</dt>
      <dd>
        {error_share === null
          ? "none made"
          : `${formatShare(error_share)} of ${formatCount(recent_attempts)}`}
      </dd>
      {probe_at !== null && (
        <>
          <dt>Next try</dt>
          <dd>
            <Time at={probe_at} as="relative" />
          </dd>
        </>
      )}
      <dt>Rate limit</dt>
      <dd>{rate_per_second === null ? "none" : `${formatCount(rate_per_second)} per second`}</dd>
    </dl>
  )
}
