import { map, type OmittedAttribute } from "@lead-gateway/attribute-mapper"
import { Reason, RejectionReason } from "@lead-gateway/lead"
import { evaluate } from "@lead-gateway/lead-rules"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { normalize } from "@lead-gateway/normalizer"
import type { Flow } from "./Flow.ts"

/** The lead broke a rule. */
export interface Rejected {
  readonly _tag: "Rejected"
  readonly reason: RejectionReason
  /** Which rule and why, in words without the lead's data. */
  readonly rule: { readonly index: number; readonly field: string }
  readonly explanation: string
}

/** The lead meets the rules, but the customer's format needs fields that it lacks. */
export interface Parked {
  readonly _tag: "Parked"
  readonly reason: RejectionReason
  readonly missing: ReadonlyArray<string>
  readonly normalized: JsonObject
  readonly omitted: ReadonlyArray<OmittedAttribute>
}

/** The lead is ready for the customer. */
export interface Ready {
  readonly _tag: "Ready"
  readonly normalized: JsonObject
  readonly customerPayload: JsonObject
  /** Attributes that were invalid and are not sent, with why. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
}

/** What is to happen to a lead. */
export type Decision = Rejected | Parked | Ready

/** A lead as the pipeline sees it. */
export interface LeadInput {
  /** The payload as it came. */
  readonly payload: JsonObject
  /** What templates name by `$meta`, such as `lead_id`. */
  readonly meta: Readonly<Record<string, string | number>>
}

/**
 * Decides on one lead: the rules look at the payload as it came; if it meets them it is normalised and mapped.
 *
 * Pure, total and deterministic: the same flow and payload always give the same decision, so a decision may
 * be repeated, previewed or tested anywhere. Example: under the default flow a payload with
 * `zipcode: "12345"` is `Rejected` with reason `ZIP_NOT_66XXX`.
 */
export const decide = (flow: Flow, { payload, meta }: LeadInput): Decision => {
  const verdict = evaluate(flow.rules, payload)
  if (verdict._tag === "Rejected") {
    return {
      _tag: "Rejected",
      reason: RejectionReason.make(verdict.reason),
      rule: verdict.rule,
      explanation: verdict.explanation,
    }
  }
  const normalized = normalize(flow.profile, payload).payload
  const mapped = map({
    mapping: flow.mapping,
    template: flow.template,
    payload: normalized,
    constants: flow.constants,
    meta,
  })
  return mapped._tag === "Mapped"
    ? { _tag: "Ready", normalized, customerPayload: mapped.payload, omitted: mapped.omitted }
    : {
        _tag: "Parked",
        reason: Reason.missingRequiredField,
        missing: mapped.fields,
        normalized,
        omitted: mapped.omitted,
      }
}
