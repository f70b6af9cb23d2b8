/** Customers: how deliveries to each stand, how fast they go, the switch that holds them, and test leads. */
import type { CustomerState, Timeline } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import type { ComponentChildren } from "preact"
import { useRef } from "preact/hooks"
import { useAsked, useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Page } from "../components/Page.tsx"
import { Time } from "../components/Time.tsx"
import { useChangesEvery } from "../live.ts"
import { usePaged } from "../paged.ts"
import { CustomerFacts, standingOf } from "../parts/CustomerCards.tsx"
import { TestLead } from "../parts/TestLead.tsx"
import { lastHour, Throughput } from "../parts/Throughput.tsx"
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
  const timeline = useAsked<Timeline>("", (signal) => client.timeline(lastHour(), { signal }))
  useChangesEvery(1000, () => {
    paged.asked.refresh()
    timeline.refresh()
  })
  // The timeline is of all customers together.
  const isOnly = paged.items.length === 1 && !paged.hasMore
  const throughput = timeline.answer.value !== undefined && <Throughput timeline={timeline.answer.value} />
  return (
    <Page title="Customers" isLoading={paged.asked.isLoading.value || timeline.isLoading.value}>
      <Loading asked={paged.asked}>
        {() => (
          <>
            {!isOnly && (
              <section class="card customer">
                <h2>All customers</h2>
                {throughput}
              </section>
            )}
            {paged.items.map((customer) => (
              <Customer key={customer.id} customer={customer} onChanged={paged.asked.refresh}>
                {isOnly && throughput}
              </Customer>
            ))}
            <More paged={paged} name="Show more customers" />
          </>
        )}
      </Loading>
      {timeline.error.value !== undefined && <ErrorNotice error={timeline.error.value} />}
    </Page>
  )
}

interface CustomerProps {
  readonly customer: CustomerState
  readonly onChanged: () => void
  readonly children: ComponentChildren
}

const Customer = ({ children, customer, onChanged }: CustomerProps) => {
  const { error, isBusy, run } = useDoing()
  const isTesting = useSignal(false)
  const opener = useRef<HTMLButtonElement>(null)
  const { name, paused_at, paused_by } = customer
  const { name: standing, tone } = standingOf(customer)
  const change = async () => {
    if (await run(async () => void (await client.customers[paused_at === null ? "pause" : "resume"](name))))
      onChanged()
  }
  const close = () => {
    isTesting.value = false
    opener.current?.focus()
  }
  return (
    <article class="card customer" id={name}>
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
      {standing === "Down" && (
        <p class="notice bad">
          It does not answer, or refuses every lead: its leads wait, no attempt is spent, and one lead tries
          again by itself. <a href="/console/leads?status=FAILED">See what it answered to failed leads</a>
        </p>
      )}
      <CustomerFacts customer={customer} />
      {children}
      <div class="actions">
        <a href={`/console/leads?customer=${encodeURIComponent(name)}`}>Its leads</a>
        <a href="/console/leads?test=true">Test leads</a>
        {may("operator") && (
          <>
            <button type="button" onClick={() => void change()} disabled={isBusy.value}>
              {paused_at === null ? "Pause deliveries" : "Resume deliveries"}
            </button>
            <button
              ref={opener}
              type="button"
              aria-expanded={isTesting.value}
              onClick={() => (isTesting.value = !isTesting.value)}
            >
              Send a test lead
            </button>
          </>
        )}
      </div>
      {isTesting.value && <TestLead customer={customer} onClose={close} />}
    </article>
  )
}
