/** One lead: its story, its attempts, its payloads side by side, and what can be done. */
import type { LeadDetail } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Reason, Status } from "../components/Status.tsx"
import { Time } from "../components/Time.tsx"
import { useChanges } from "../live.ts"
import { Attempts } from "../parts/Attempts.tsx"
import { Payloads } from "../parts/Payloads.tsx"
import { Replay } from "../parts/Replay.tsx"
import { Story } from "../parts/Story.tsx"
import { TryToday } from "../parts/TryToday.tsx"
import { may } from "../session.ts"

export const Lead = ({ id }: { readonly id?: string }) => {
  const number = Number(id)
  const asked = useAsked<LeadDetail>(String(id), (signal) => client.leads.get(number, { signal }))
  const isReplaying = useSignal(false)
  useChanges((change) => {
    if (change === undefined || change.id === number) asked.refresh()
  })
  return (
    <Page title={`Lead ${id}`} isLoading={asked.isLoading.value}>
      <Loading asked={asked}>
        {(lead) => (
          <>
            <div class="facts">
              <Status status={lead.status} />
              <Reason reason={lead.rejection_reason} />
              <span>
                Received <Time at={lead.received_at} />
              </span>
              {lead.next_attempt_at !== null && (
                <span>
                  Next attempt <Time at={lead.next_attempt_at} as="relative" />
                </span>
              )}
              <span>
                Correlation id <code class="id">{lead.correlation_id}</code>
              </span>
            </div>
            {may("operator") &&
              (isReplaying.value ? (
                <Replay
                  what={{ ids: [number] }}
                  onDone={() => {
                    isReplaying.value = false
                    asked.refresh()
                  }}
                  onCancel={() => (isReplaying.value = false)}
                />
              ) : (
                <div class="actions">
                  <button type="button" onClick={() => (isReplaying.value = true)}>
                    Replay
                  </button>
                  <TryToday payload={lead.raw_payload} />
                </div>
              ))}
            <Story lead={lead} />
            <Attempts lead={lead} />
            <Payloads lead={lead} />
          </>
        )}
      </Loading>
    </Page>
  )
}
