/** A lead as it came, as it was normalised, and as the customer gets it, side by side; what changed is marked. */
import type { Json, LeadDetail } from "@lead-gateway/client"
import { jsonLines } from "../jsonLines.ts"

export const Payloads = ({ lead }: { readonly lead: LeadDetail }) => {
  const before = valuesOf(lead.raw_payload)
  return (
    <section aria-label="Payloads">
      <h2>Payloads</h2>
      <div class="payloads">
        <Payload title="As it came" json={lead.raw_payload} before={undefined} missing="" />
        <Payload
          title="Normalised"
          json={lead.normalized_payload}
          before={before}
          missing="A worker has not decided on it yet."
        />
        <Payload
          title="For the customer"
          json={lead.customer_payload}
          before={undefined}
          missing="Nothing is sent to the customer."
        />
      </div>
      {lead.omitted_attributes.length > 0 && (
        <p class="fine">
          Left out: {lead.omitted_attributes.map(({ name, reason }) => `${name} (${reason})`).join(", ")}.
        </p>
      )}
      {lead.unread.length > 0 && (
        <p class="fine">
          Not read as declared: {lead.unread.map(({ kind, path }) => `${path} (${kind})`).join(", ")}. These
          values stayed as they came.
        </p>
      )}
    </section>
  )
}

interface PayloadProps {
  readonly title: string
  readonly json: Json
  /** The values before, by their paths: others are marked. */
  readonly before: ReadonlyMap<string, string> | undefined
  readonly missing: string
}

const Payload = ({ before, json, missing, title }: PayloadProps) => (
  <figure class="payload">
    <figcaption>{title}</figcaption>
    {json === null ? (
      <p class="fine">{missing}</p>
    ) : (
      <pre tabIndex={0}>
        {jsonLines(json).map(({ depth, name, text, value }, index) => {
          const isChanged =
            before !== undefined && value !== undefined && before.get(value.path) !== value.json
          const line = `${"  ".repeat(depth)}${name}${text}\n`
          return isChanged ? (
            <mark key={index} title={`was ${before.get(value.path) ?? "absent"}`}>
              {line}
            </mark>
          ) : (
            line
          )
        })}
      </pre>
    )}
  </figure>
)

const valuesOf = (json: Json): ReadonlyMap<string, string> =>
  new Map(jsonLines(json).flatMap(({ value }) => (value === undefined ? [] : [[value.path, value.json]])))
