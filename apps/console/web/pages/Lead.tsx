/** One lead: its story, its attempts, its payloads side by side, and what can be done. Values are masked until asked for. */
import type { LeadDetail } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useAsked } from "../api.ts"
import { client } from "../client.ts"
import { Loading } from "../components/Loading.tsx"
import { Page } from "../components/Page.tsx"
import { Reason, Status } from "../components/Status.tsx"
import { TestMark } from "../components/TestMark.tsx"
import { Due, Time } from "../components/Time.tsx"
import { useChangesOf } from "../live.ts"
import { Attempts } from "../parts/Attempts.tsx"
import { CopyAsCurl } from "../parts/CopyAsCurl.tsx"
import { Payloads } from "../parts/Payloads.tsx"
import { Replay } from "../parts/Replay.tsx"
import { RuleByRule } from "../parts/RuleByRule.tsx"
import { Story } from "../parts/Story.tsx"
import { TryToday } from "../parts/TryToday.tsx"
import { may } from "../session.ts"

interface Answer {
  readonly lead: LeadDetail
  /** With its values. */
  readonly isShown: boolean
}

/** Of each lead a page of its own: the values of the next one are masked until they are asked for, too. */
export const Lead = ({ id = "" }: { readonly id?: string }) => <LeadPage key={id} id={id} />

const LeadPage = ({ id }: { readonly id: string }) => {
  const number = Number(id)
  const wantsValues = useSignal(false)
  const masked = useSignal<Answer | undefined>(undefined)
  const asked = useAsked<Answer>(id, async (signal) => {
    const isShown = wantsValues.value
    const lead = await client.leads.get(number, { values: isShown ? "shown" : "masked" }, { signal })
    const answer = { lead, isShown }
    if (!isShown) masked.value = answer
    return answer
  })
  // What is on the page stays until the answer is there, so that nothing jumps and the button keeps the focus.
  const show = (isWanted: boolean) => {
    wantsValues.value = isWanted
    if (!isWanted) asked.answer.value = masked.value
    asked.refresh()
  }
  const isReplaying = useSignal(false)
  useChangesOf(number, wantsValues.value, asked.refresh)
  return (
    <Page title={`Lead ${id}`} isLoading={asked.isLoading.value}>
      <Loading asked={asked}>
        {({ isShown, lead }) => (
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
                  <button
                    type="button"
                    class={isShown ? undefined : "primary"}
                    onClick={() => show(!isShown)}
                  >
                    {isShown ? "Hide values" : "Show values"}
                  </button>
                  <button type="button" onClick={() => (isReplaying.value = true)}>
                    Replay
                  </button>
                  {isShown && <TryToday lead={lead} />}
                  {isShown && <CopyAsCurl payload={lead.raw_payload} />}
                  {!isShown && (
                    <span class="fine">
                      Values are a person's data. Who looks at them is on record in the audit.
                    </span>
                  )}
                </div>
              ))}
            <Story lead={lead} />
            <RuleByRule key={lead.status} lead={lead} isShown={isShown} />
            <Attempts lead={lead} />
            <Payloads lead={lead} isShown={isShown} />
          </>
        )}
      </Loading>
    </Page>
  )
}

const Facts = ({ lead }: { readonly lead: LeadDetail }) => (
  <div class="facts">
    <Status status={lead.status} reason={lead.rejection_reason} />
    {lead.test && <TestMark />}
    {lead.rejection_reason !== null && <Reason reason={lead.rejection_reason} />}
    <span>
      Received <Time at={lead.received_at} />
    </span>
    {lead.next_attempt_at !== null && (
      <span>
        Next attempt: <Due at={lead.next_attempt_at} />
      </span>
    )}
    <span>
      Correlation id <code class="id">{lead.correlation_id}</code>
    </span>
  </div>
)
