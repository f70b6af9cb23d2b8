/** A test lead for a customer: its payload, what will happen, and, once a person has said so, the lead that was stored. */
import {
  type CustomerState,
  type JsonObject,
  parseJson,
  type Preview,
  type StoredTestLead,
} from "@lead-gateway/client"
import { useSignal } from "@preact/signals"
import { useEffect, useRef } from "preact/hooks"
import { useAsked, useDoing } from "../api.ts"
import { client } from "../client.ts"
import { ErrorNotice } from "../components/ErrorNotice.tsx"
import { Loading } from "../components/Loading.tsx"
import { JsonEditor } from "./JsonEditor.tsx"
import { SentTestLead } from "./SentTestLead.tsx"

interface TestLeadProps {
  readonly customer: CustomerState
  readonly onClose: () => void
}

/** A payload, and what today's documents decide on it. */
interface Checked {
  readonly payload: JsonObject
  readonly preview: Preview
}

export const TestLead = ({ customer, onClose }: TestLeadProps) => {
  const { name } = customer
  const text = useSignal<string | undefined>(undefined)
  const checked = useSignal<Checked | undefined>(undefined)
  const sent = useSignal<StoredTestLead | undefined>(undefined)
  const { error, isBusy, run } = useDoing()
  const proposal = useAsked(name, (signal) => client.testLeads.propose({ customer: name }, { signal }))

  if (sent.value !== undefined) return <SentTestLead lead={sent.value} onDone={onClose} />
  const check = (payload: JsonObject) =>
    void run(async () => {
      checked.value = { payload, preview: (await client.preview({ payload })) as Preview }
    })
  const send = (payload: JsonObject) =>
    void run(async () => {
      sent.value = await client.testLeads.send({ customer: name, payload })
    })
  const toText = (): string => text.value ?? JSON.stringify(proposal.answer.value?.payload, undefined, 2)
  return (
    <section class="trial" aria-label={`Test lead for ${name}`} aria-busy={isBusy.value}>
      {error.value !== undefined && <ErrorNotice error={error.value} />}
      <Loading asked={proposal}>
        {() =>
          checked.value === undefined ? (
            <Payload
              text={toText()}
              isBusy={isBusy.value}
              onInput={(value) => (text.value = value)}
              onNext={check}
              onCancel={onClose}
            />
          ) : (
            <Confirmation
              customer={customer}
              preview={checked.value.preview}
              isBusy={isBusy.value}
              onSend={() => send((checked.value as Checked).payload)}
              onBack={() => (checked.value = undefined)}
            />
          )
        }
      </Loading>
    </section>
  )
}

interface PayloadProps {
  readonly text: string
  readonly isBusy: boolean
  readonly onInput: (text: string) => void
  readonly onNext: (payload: JsonObject) => void
  readonly onCancel: () => void
}

const Payload = ({ isBusy, onCancel, onInput, onNext, text }: PayloadProps) => {
  const { mistake, payload } = read(text)
  return (
    <>
      <Heading text="The test lead" />
      <p>
        Made to pass today's rules. It is nobody's: the e-mail address cannot exist, and the phone number is
        assigned to nobody. Change what you like; use no real person's data.
      </p>
      <JsonEditor
        label="Payload"
        value={text}
        schema={undefined}
        isWrong={mistake !== undefined}
        describedBy="test-mistake"
        onInput={onInput}
      />
      <p id="test-mistake" class="fine" role="status">
        {mistake ?? "Nothing is sent yet."}
      </p>
      <div class="actions">
        <button
          type="button"
          class="primary"
          disabled={payload === undefined || isBusy}
          onClick={() => payload !== undefined && onNext(payload)}
        >
          What will happen?
        </button>
        <button type="button" onClick={onCancel}>
          Cancel
        </button>
      </div>
    </>
  )
}

interface ConfirmationProps {
  readonly customer: CustomerState
  readonly preview: Preview
  readonly isBusy: boolean
  readonly onSend: () => void
  readonly onBack: () => void
}

const Confirmation = ({ customer, isBusy, onBack, onSend, preview }: ConfirmationProps) => {
  const isForCustomer = preview.decision === "READY"
  return (
    <>
      <Heading text={isForCustomer ? "The customer's API gets this lead" : "The customer gets nothing"} />
      <p class={isForCustomer ? "notice warn" : "notice"}>{consequenceOf(customer, preview)}</p>
      {preview.customer_payload !== null && (
        <details>
          <summary>What {customer.name} gets</summary>
          <pre tabIndex={0}>{JSON.stringify(preview.customer_payload, undefined, 2)}</pre>
        </details>
      )}
      <p>
        It is marked as a test here, and counts in statistics like any other lead. Its correlation id begins
        with <code>test-</code>. Who sent it is on record in the audit.
      </p>
      <div class="actions">
        <button type="button" class="primary" disabled={isBusy} onClick={onSend}>
          Send the test lead
        </button>
        <button type="button" onClick={onBack}>
          Back
        </button>
      </div>
    </>
  )
}

/** What becomes of it, by the rules and by how the customer stands. */
const consequenceOf = (
  { blocked_reason, circuit, name, paused_at }: CustomerState,
  preview: Preview,
): string => {
  const { decision, reason } = preview
  if (decision === "REJECTED")
    return `Today's rules reject it (${reason}): it is stored, and not sent to ${name}.`
  if (decision === "PARKED") {
    return `It lacks what ${name} needs (${reason}): it is stored and parked, and not sent.`
  }
  if (blocked_reason !== null) return `It passes the rules, and waits: nothing can be sent to ${name} now.`
  if (paused_at !== null) return `It passes the rules, and waits: deliveries to ${name} are paused.`
  if (circuit === "open") return `It passes the rules, and waits until ${name} takes leads again.`
  return `It passes the rules and is sent to ${name} at once, as a real lead would be. Tell the customer that it is a test.`
}

/** The heading of a step gets the focus, so that a screen reader says where one is. */
const Heading = ({ text }: { readonly text: string }) => {
  const heading = useRef<HTMLHeadingElement>(null)
  useEffect(() => heading.current?.focus(), [])
  return (
    <h3 ref={heading} tabIndex={-1}>
      {text}
    </h3>
  )
}

/** The payload that a text is, with all its digits; or why it is none. */
const read = (text: string): { readonly payload?: JsonObject; readonly mistake?: string } => {
  try {
    const value = parseJson(text)
    return typeof value === "object" && value !== null && !Array.isArray(value)
      ? { payload: value as JsonObject }
      : { mistake: "A lead is one JSON object: it begins with { and ends with }." }
  } catch (error) {
    return { mistake: `Not JSON yet: ${error instanceof Error ? error.message : "something is missing"}.` }
  }
}
