/** All leads, newest first: filters in the address, live, with search, selection and replay. */
import type { LeadPage, ListedLead } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked, useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { useChangesEvery } from "../live.ts"
import { LeadFilters } from "../parts/LeadFilters.tsx"
import { LeadSearch } from "../parts/LeadSearch.tsx"
import { LeadTable } from "../parts/LeadTable.tsx"
import { Replay } from "../parts/Replay.tsx"
import { useQuery } from "../query.ts"
import { may } from "../session.ts"

const filterNames = [
  "status",
  "reason",
  "customer",
  "received_from",
  "received_before",
  "email",
  "phone",
  "correlation_id",
] as const

/** The filters that the address has. The api says what is wrong with them. */
const filtersOf = (query: Readonly<Record<string, string>>): Readonly<Record<string, string>> =>
  Object.fromEntries(filterNames.flatMap((name) => (query[name] ? [[name, query[name]]] : [])))

export const Leads = () => {
  const { change, query } = useQuery()
  const filters = filtersOf(query)
  const key = JSON.stringify(filters)
  const asked = useAsked<LeadPage>(key, (signal) => client.leads.list({ ...filters, limit: 50 }, { signal }))
  // Older pages, as they were when they were read.
  const older = useSignal<{
    readonly key: string
    readonly leads: ReadonlyArray<ListedLead>
    readonly next: string | null
  }>({
    key,
    leads: [],
    next: null,
  })
  const more = useDoing()
  const selected = useSignal<ReadonlySet<number>>(new Set())
  useChangesEvery(500, asked.refresh)

  const isOwn = older.value.key === key && older.value.leads.length > 0
  const next = isOwn ? older.value.next : (asked.answer.value?.next_cursor ?? null)
  const showMore = () =>
    void more.run(async () => {
      const page = await client.leads.list({ ...filters, limit: 50, cursor: next ?? "" })
      older.value = {
        key,
        leads: [...(isOwn ? older.value.leads : []), ...page.data],
        next: page.next_cursor,
      }
    })

  return (
    <Page title="Leads" isLoading={asked.isLoading.value} actions={<LeadSearch onFilter={change} />}>
      <LeadFilters filters={filters} onChange={change} />
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
        {({ data }) => (
          <>
            <LeadTable
              leads={withoutTwice(data, isOwn ? older.value.leads : [])}
              isFiltered={key !== "{}"}
              selected={selected}
            />
            {more.error.value !== undefined && <ErrorNotice error={more.error.value} onRetry={showMore} />}
            {next !== null && (
              <button type="button" onClick={showMore} disabled={more.isBusy.value}>
                Show older leads
              </button>
            )}
          </>
        )}
      </Loading>
    </Page>
  )
}

/** New leads push older ones out of the first page, which then has some of what the page after it had. */
const withoutTwice = (
  first: ReadonlyArray<ListedLead>,
  older: ReadonlyArray<ListedLead>,
): ReadonlyArray<ListedLead> => {
  const ids = new Set(first.map(({ id }) => id))
  return [...first, ...older.filter(({ id }) => !ids.has(id))]
}
