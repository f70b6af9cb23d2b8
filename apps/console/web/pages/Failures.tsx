/** Why leads are not delivered, and how to mend them: by reason, with the newest examples and a replay of all. */
import type { ReasonCount } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { DataTable } from "../components/DataTable.tsx"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Reason, Status } from "../components/Status.tsx"
import { Time } from "../components/Time.tsx"
import { formatCount } from "../format.ts"
import { useChangesEvery } from "../live.ts"
import { adviceOn } from "../reasons.ts"
import { Replay } from "../parts/Replay.tsx"
import { may } from "../session.ts"

/** The api has no more: the most frequent ones. */
const mostReasons = 200

/** Counting ends there. */
const countedLeads = 10_000

export const Failures = () => {
  const asked = useAsked("", async (signal) => {
    const [{ data }, ledger] = await Promise.all([client.reasons({ signal }), client.ledger({ signal })])
    return { reasons: data, parked: ledger.parked, retrying: ledger.retrying }
  })
  const chosen = useSignal<ReasonCount | undefined>(undefined)
  useChangesEvery(2000, asked.refresh)
  const { value: one } = chosen
  // It stands above the table, and may be out of sight.
  const panel = useRef<HTMLElement>(null)
  useEffect(() => panel.current?.focus(), [one])
  const filter = one === undefined ? undefined : filterOf(one)
  return (
    <Page title="Failures" isLoading={asked.isLoading.value}>
      {one !== undefined && filter !== undefined && (
        <section ref={panel} tabIndex={-1} aria-label={`Replay of ${one.reason}`}>
          <h2>
            Replay all with <Reason reason={one.reason} /> <Status status={one.status} reason={one.reason} />
          </h2>
          <Replay
            what={{ filter }}
            onDone={() => {
              chosen.value = undefined
              asked.refresh()
            }}
            onCancel={() => (chosen.value = undefined)}
          />
        </section>
      )}
      <p>
        Why leads were not delivered. Mend the cause first, then replay: they are decided again by today's
        rules, and those that pass are delivered.
      </p>
      <Loading asked={asked}>
        {({ parked, reasons, retrying }) => (
          <>
            {retrying > 0 && (
              <p>
                <a href="/console/leads?status=FAILED">
                  {formatCount(retrying)} {retrying === 1 ? "lead waits" : "leads wait"} for another attempt
                </a>
                : their last one failed. The gateway sends them again by itself.
                {parked > 0 && " The list has those that are parked, too."}
              </p>
            )}
            {reasons.length >= mostReasons && (
              <p class="fine">These are the {formatCount(mostReasons)} most frequent reasons.</p>
            )}
            <DataTable<ReasonCount>
              label="Reasons"
              rows={reasons}
              keyOf={({ reason, status }) => `${status} ${reason}`}
              columns={[
                {
                  name: "Reason",
                  show: (row) => (
                    <>
                      <Reason reason={row.reason} />
                      <p class="fine advice">{adviceOn(row)}</p>
                    </>
                  ),
                },
                {
                  name: "Status",
                  show: ({ reason, status }) => <Status status={status} reason={reason} />,
                },
                {
                  name: "Leads",
                  isNumber: true,
                  show: ({ leads, reason, status }) => (
                    <a href={`/console/leads?status=${status}&reason=${encodeURIComponent(reason)}`}>
                      {leads >= countedLeads ? `${formatCount(countedLeads)} or more` : formatCount(leads)}
                    </a>
                  ),
                },
                { name: "Last", show: ({ newest_at }) => <Time at={newest_at} as="relative" /> },
                {
                  name: "Newest",
                  show: ({ newest }) => (
                    <ul class="inline">
                      {newest.map((id) => (
                        <li key={id}>
                          <a href={`/console/leads/${id}`}>{id}</a>
                        </li>
                      ))}
                    </ul>
                  ),
                },
                ...(may("operator")
                  ? [
                      {
                        name: "Again",
                        show: (row: ReasonCount) => (
                          <button
                            type="button"
                            aria-label={`Replay all with the reason ${row.reason}`}
                            onClick={() => (chosen.value = row)}
                          >
                            Replay all
                          </button>
                        ),
                      },
                    ]
                  : []),
              ]}
              empty={
                <>
                  <h2>No lead has failed</h2>
                  <p>Leads that are rejected, parked or given up appear here by their reason.</p>
                </>
              }
            />
          </>
        )}
      </Loading>
    </Page>
  )
}

type Replayable = "REJECTED" | "FAILED" | "PERMANENTLY_FAILED"

/** A reason belongs to one of these. */
const filterOf = ({ reason, status }: ReasonCount) => ({ status: status as Replayable, reason })
