/** What today's documents would decide on a lead, and what that changes. Nothing is stored or sent. */
import type { LeadDetail, Preview } from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { diffLines } from "../diff.ts"
import { printDocument } from "../drafts.ts"
import { hunksOf } from "../patch.ts"
import { Changes } from "./Changes.tsx"

export const TryToday = ({ lead }: { readonly lead: LeadDetail }) => {
  const preview = useSignal<Preview | undefined>(undefined)
  const { error, isBusy, run } = useDoing()
  const attempt = () =>
    void run(async () => {
      preview.value = (await client.preview({ payload: lead.raw_payload })) as Preview
    })
  return (
    <>
      <button type="button" onClick={attempt} disabled={isBusy.value}>
        Try with today's rules
      </button>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      {preview.value !== undefined && <Today lead={lead} preview={preview.value} />}
    </>
  )
}

const verdicts = { READY: "accepted", REJECTED: "rejected", PARKED: "parked" } as const

/** What was decided the last time; undefined while the lead waits for it. */
const decidedOn = ({ events, rejection_reason }: LeadDetail) => {
  const last = events.findLast(({ type }) => type.toUpperCase() in verdicts)
  if (last === undefined) return undefined
  const decision = last.type.toUpperCase() as keyof typeof verdicts
  const own: unknown =
    typeof last.details === "object" && last.details !== null ? Reflect.get(last.details, "reason") : null
  return { decision, reason: decision === "READY" ? null : typeof own === "string" ? own : rejection_reason }
}

const Today = ({ lead, preview }: { readonly lead: LeadDetail; readonly preview: Preview }) => {
  const then = decidedOn(lead)
  const isSame = then?.decision === preview.decision && then.reason === preview.reason
  const hunks =
    lead.customer_payload === null || preview.customer_payload === null
      ? []
      : hunksOf(diffLines(printDocument(lead.customer_payload), printDocument(preview.customer_payload)))
  return (
    <section class={`notice ${isSame && hunks.length === 0 ? "" : "differs"}`} aria-label="Today">
      <div role="status">
        <p>
          Today it would be <Verdict decision={preview.decision} reason={preview.reason} />
          {then === undefined ? (
            "; it waits for its decision"
          ) : isSame ? (
            ", as it was"
          ) : (
            <>
              ; it was <Verdict decision={then.decision} reason={then.reason} />
            </>
          )}
          . Nothing was stored or sent.
        </p>
        {isSame && preview.decision === "READY" && hunks.length === 0 && (
          <p>The customer would get the same payload.</p>
        )}
      </div>
      {hunks.length > 0 && (
        <>
          <p>The customer would get another payload:</p>
          <Changes label="Changes of the payload" hunks={hunks} />
        </>
      )}
      {lead.customer_payload === null && preview.customer_payload !== null && (
        <details>
          <summary>What the customer would get</summary>
          <pre>{printDocument(preview.customer_payload)}</pre>
        </details>
      )}
      <details>
        <summary>Step by step</summary>
        <ol class="story">
          {preview.explanation.map((line, index) => (
            <li key={index}>{line}</li>
          ))}
        </ol>
      </details>
    </section>
  )
}

const Verdict = ({ decision, reason }: Pick<Preview, "decision" | "reason">) => (
  <strong>
    {verdicts[decision]}
    {reason !== null && (
      <>
        {" by "}
        <code class="reason">{reason}</code>
      </>
    )}
  </strong>
)
