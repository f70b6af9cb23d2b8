/** A lead as it came, as it was normalised, and as the customer gets it, side by side; what changed is marked. */
import type { Json, LeadDetail } from "@lead-gateway/client"
import { type JsonLine, jsonLines } from "../jsonLines.ts"
import { hasMaskedNames, maskedLines } from "../masked.ts"

export const Payloads = ({ isShown, lead }: { readonly lead: LeadDetail; readonly isShown: boolean }) => (
  <section aria-label="Payloads">
    <h2>Payloads</h2>
    <p class="fine">
      {isShown
        ? "Marked: what is not as it came."
        : `Values are masked, as •••. What was changed is marked once they are shown.${
            hasMaskedNames(linesOf(lead.raw_payload, false))
              ? " Fields that the configuration does not name are masked with their names."
              : ""
          }`}
    </p>
    <div class="payloads">
      <Payload title="As it came" json={lead.raw_payload} isShown={isShown} changeOf={none} missing="" />
      <Payload
        title="Normalised"
        json={lead.normalized_payload}
        isShown={isShown}
        changeOf={isShown ? normalised(lead.raw_payload) : none}
        missing={
          lead.status === "REJECTED"
            ? "It was rejected as it came, and not normalised."
            : "A worker has not decided on it yet."
        }
      />
      <Payload
        title="For the customer"
        json={lead.customer_payload}
        isShown={isShown}
        changeOf={isShown ? mapped(lead.raw_payload, lead.normalized_payload) : none}
        missing="Nothing is sent to the customer."
      />
    </div>
    {lead.omitted_attributes.length > 0 && (
      <p class="fine">
        Left out:{" "}
        {lead.omitted_attributes
          .map(({ name, reason }) => `${name} (${reason.replaceAll("_", " ")})`)
          .join(", ")}
        .
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

/** What was done to a value, in words; undefined where nothing was. */
type ChangeOf = (value: { readonly path: string; readonly json: string }) => string | undefined

const none: ChangeOf = () => undefined

const valuesOf = (json: Json): ReadonlyMap<string, string> =>
  new Map(jsonLines(json).flatMap(({ value }) => (value === undefined ? [] : [[value.path, value.json]])))

const normalised = (raw: Json): ChangeOf => {
  const before = valuesOf(raw)
  return ({ json, path }) => (before.get(path) === json ? undefined : `was ${before.get(path) ?? "absent"}`)
}

/** The customer's payload has another shape: values are looked for anywhere. Names of fields are no values. */
const mapped = (raw: Json, normalized: Json): ChangeOf => {
  const came = new Set(valuesOf(raw).values())
  const read = new Set(valuesOf(normalized).values())
  const names = new Set(jsonLines(raw).map(({ name }) => name.replace(/: $/, "")))
  return ({ json }) => {
    if (came.has(json) || names.has(json)) return undefined
    return read.has(json) ? "normalised" : "by the mapping or the template"
  }
}

const linesOf = (json: Json, isShown: boolean): ReadonlyArray<JsonLine> =>
  isShown ? jsonLines(json) : maskedLines(jsonLines(json))

interface PayloadProps {
  readonly title: string
  readonly json: Json
  readonly isShown: boolean
  readonly changeOf: ChangeOf
  readonly missing: string
}

const Payload = ({ changeOf, isShown, json, missing, title }: PayloadProps) => (
  <figure class="payload">
    <figcaption>{title}</figcaption>
    {json === null ? (
      <p class="fine">{missing}</p>
    ) : (
      <pre tabIndex={0}>
        {linesOf(json, isShown).map(({ depth, name, text, value }, index) => {
          const change = value === undefined ? undefined : changeOf(value)
          const indent = "  ".repeat(depth)
          const line = `${name}${text}`
          return change === undefined ? (
            `${indent}${line}\n`
          ) : (
            <span key={index}>
              {indent}
              <mark title={change}>
                {line}
                <span class="unseen"> ({change})</span>
              </mark>
              {"\n"}
            </span>
          )
        })}
      </pre>
    )}
  </figure>
)
