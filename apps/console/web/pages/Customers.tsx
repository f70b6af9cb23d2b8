/** Customers: how deliveries to each stand, and the switch that holds them. */
import type { CustomerState } from "@lead-gateway/client"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { useChangesEvery } from "../live.ts"
import { usePaged } from "../paged.ts"
import { CustomerFacts, standingOf } from "../parts/CustomerCards.tsx"
import { may } from "../session.ts"

export const Customers = () => {
  const paged = usePaged<CustomerState>(
    "",
    ({ id }) => id,
    (cursor, signal) =>
      client.customers.list(
        { limit: 50, ...(cursor === undefined ? {} : { cursor }) },
        signal === undefined ? {} : { signal },
      ),
  )
  useChangesEvery(1000, paged.asked.refresh)
  return (
    <Page title="Customers" isLoading={paged.asked.isLoading.value}>
      <Loading asked={paged.asked}>
        {() => (
          <>
            {paged.items.map((customer) => (
              <Customer key={customer.id} customer={customer} onChanged={paged.asked.refresh} />
            ))}
            <More paged={paged} name="Show more customers" />
          </>
        )}
      </Loading>
    </Page>
  )
}

interface CustomerProps {
  readonly customer: CustomerState
  readonly onChanged: () => void
}

const Customer = ({ customer, onChanged }: CustomerProps) => {
  const { error, isBusy, run } = useDoing()
  const { name, paused_at, paused_by } = customer
  const { name: standing, tone } = standingOf(customer)
  const change = async () => {
    if (await run(async () => void (await client.customers[paused_at === null ? "pause" : "resume"](name))))
      onChanged()
  }
  return (
    <article class="card" id={name}>
      <h2>
        {name} <span class={`status ${tone}`}>{standing}</span>
      </h2>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {paused_at !== null && (
        <p class="notice warn">
          Paused by {paused_by ?? "somebody"} <Time at={paused_at} as="relative" />: its leads wait, and no
          attempt is spent.
        </p>
      )}
      <CustomerFacts customer={customer} />
      <div class="actions">
        <a href={`/console/leads?customer=${encodeURIComponent(name)}`}>Its leads</a>
        {may("operator") && (
          <button type="button" onClick={() => void change()} disabled={isBusy.value}>
            {paused_at === null ? "Pause deliveries" : "Resume deliveries"}
          </button>
        )}
      </div>
    </article>
  )
}
