/** A lead as it came, as it was normalised, and as the customer gets it, side by side; what changed is marked. */
import type { Json, LeadDetail } from "@lead-gateway/client"
import { useMemo } from "preact/hooks"
import { jsonLines } from "../jsonLines.ts"
import { hasMaskedNames } from "../masked.ts"
import { type ChangeOf, linesOf, Payload } from "./Payload.tsx"

interface PayloadsProps {
  readonly lead: LeadDetail
  readonly isShown: boolean
}

export const Payloads = ({ isShown, lead }: PayloadsProps) => {
  const { customer_payload: forCustomer, normalized_payload: read, raw_payload: came } = lead
  const wasNormalised = useMemo(() => (isShown ? normalised(came) : none), [came, isShown])
  const wasMapped = useMemo(() => (isShown ? mapped(came, read) : none), [came, read, isShown])
  return (
    <section aria-label="Payloads">
      <h2>Payloads</h2>
      <p class="fine">
        {isShown
          ? "Marked: what is not as it came."
          : `Values are masked, as •••. What was changed is marked once they are shown.${
              hasMaskedNames(linesOf(came, false))
                ? " Fields that the configuration does not name are masked with their names."
                : ""
            }`}
      </p>
      <div class="payloads">
        <Payload title="As it came" json={came} isShown={isShown} changeOf={none} missing="" />
        <Payload
          title="Normalised"
          json={read}
          isShown={isShown}
          changeOf={wasNormalised}
          missing={
            lead.status === "REJECTED"
              ? "It was rejected as it came, and not normalised."
              : lead.status === "RECEIVED"
                ? "A worker has not decided on it yet."
                : "It is too long to be kept."
          }
        />
        <Payload
          title="For the customer"
          json={forCustomer}
          isShown={isShown}
          changeOf={wasMapped}
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
}

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
