/** All leads, newest first: filters in the address, live, with search, selection and replay. */
import type { ListedLead } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect } from "preact/hooks"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { More } from "../components/More.tsx"
import { Page } from "../components/Page.tsx"
import { keptSearch } from "../keptSearch.ts"
import { useChangesEvery } from "../live.ts"
import { usePaged } from "../paged.ts"
import { Export } from "../parts/Export.tsx"
import { type Filters, LeadFilters } from "../parts/LeadFilters.tsx"
import { LeadSearch } from "../parts/LeadSearch.tsx"
import { LeadTable } from "../parts/LeadTable.tsx"
import { Replay } from "../parts/Replay.tsx"
import { TestFilter } from "../parts/TestFilter.tsx"
import { useQuery } from "../query.ts"
import { may } from "../session.ts"

const filterNames = [
  "status",
  "reason",
  "customer",
  "test",
  "received_from",
  "received_before",
  "correlation_id",
] as const

/** The filters that the address has. The api says what is wrong with them. */
const filtersOf = (query: Filters): Filters =>
  Object.fromEntries(filterNames.flatMap((name) => (query[name] ? [[name, query[name]]] : [])))

export const Leads = () => {
  const { change, query } = useQuery()
  const searched = query.search === undefined ? {} : keptSearch(query.search)
  const filters = { ...filtersOf(query), ...searched }
  const key = JSON.stringify(filters)
  const paged = usePaged<ListedLead>(
    key,
    ({ id }) => id,
    (cursor, signal) =>
      client.leads.list(
        { ...filters, limit: 50, ...(cursor === undefined ? {} : { cursor }) },
        signal === undefined ? {} : { signal },
      ),
  )
  const { asked, items } = paged
  const known = useAsked("", async (signal) => {
    const [reasons, customers] = await Promise.all([
      client.reasons({ signal }),
      client.customers.list({ limit: 50 }, { signal }),
    ])
    return { reasons: reasons.data, customers: customers.data }
  })
  const selected = useSignal<ReadonlySet<number>>(new Set())
  // What is replayed is what can be seen.
  useEffect(() => {
    selected.value = new Set()
  }, [key])
  useChangesEvery(500, asked.refresh)

  return (
    <Page title="Leads" isLoading={asked.isLoading.value} actions={<LeadSearch onFilter={change} />}>
      <LeadFilters
        filters={filters}
        known={known.answer.value ?? { reasons: [], customers: [] }}
        onChange={change}
      />
      <TestFilter value={filters.test} onChange={(test) => change({ test })} />
      {searched === undefined && (
        <p class="notice warn">
          This address is of a search for a person. Such a search stays in the tab where it was made: search
          again.
        </p>
      )}
      {may("admin") && <Export filters={filters} />}
      {may("operator") && selected.value.size > 0 && (
        <Replay
          what={{ ids: [...selected.value] }}
          onDone={() => {
            selected.value = new Set()
            asked.refresh()
          }}
          onCancel={() => (selected.value = new Set())}
        />
      )}
      <Loading asked={asked}>
        {() => (
          <>
            <LeadTable leads={items} isFiltered={key !== "{}"} selected={selected} />
            <More paged={paged} name="Show older leads" />
          </>
        )}
      </Loading>
    </Page>
  )
}
