/** One lead: its story, its attempts, its payloads side by side, and what can be done. Values are masked until asked for. */
import type { LeadDetail } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Reason, Status } from "../components/Status.tsx"
import { TestMark } from "../components/TestMark.tsx"
import { Time } from "../components/Time.tsx"
import { useChanges } from "../live.ts"
import { Attempts } from "../parts/Attempts.tsx"
import { CopyAsCurl } from "../parts/CopyAsCurl.tsx"
import { Payloads } from "../parts/Payloads.tsx"
import { Replay } from "../parts/Replay.tsx"
import { RuleByRule } from "../parts/RuleByRule.tsx"
import { Story } from "../parts/Story.tsx"
import { TryToday } from "../parts/TryToday.tsx"
import { may } from "../session.ts"

export const Lead = ({ id }: { readonly id?: string }) => {
  const number = Number(id)
  const isShown = useSignal(false)
  const values = isShown.value ? "shown" : "masked"
  const asked = useAsked<LeadDetail>(`${id} ${values}`, (signal) =>
    client.leads.get(number, { values }, { signal }),
  )
  const isReplaying = useSignal(false)
  useChanges((change) => {
    if (change === undefined || change.id === number) asked.refresh()
  })
  return (
    <Page title={`Lead ${id}`} isLoading={asked.isLoading.value}>
      <Loading asked={asked}>
        {(lead) => (
          <>
            <Facts lead={lead} />
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
                  {isShown.value ? (
                    <button type="button" onClick={() => (isShown.value = false)}>
                      Hide values
                    </button>
                  ) : (
                    <button type="button" class="primary" onClick={() => (isShown.value = true)}>
                      Show values
                    </button>
                  )}
                  <button type="button" onClick={() => (isReplaying.value = true)}>
                    Replay
                  </button>
                  {isShown.value && <TryToday lead={lead} />}
                  {isShown.value && <CopyAsCurl payload={lead.raw_payload} />}
                  {!isShown.value && (
                    <span class="fine">
                      Values are a person's data. Who looks at them is on record in the audit.
                    </span>
                  )}
                </div>
              ))}
            <Story lead={lead} />
            <RuleByRule key={lead.status} lead={lead} isShown={isShown.value} />
            <Attempts lead={lead} />
            <Payloads lead={lead} isShown={isShown.value} />
          </>
        )}
      </Loading>
    </Page>
  )
}

const Facts = ({ lead }: { readonly lead: LeadDetail }) => (
  <div class="facts">
    <Status status={lead.status} />
    {lead.test && <TestMark />}
    {lead.rejection_reason !== null && <Reason reason={lead.rejection_reason} />}
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
)
