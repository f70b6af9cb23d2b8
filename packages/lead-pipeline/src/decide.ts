import { map, type OmittedAttribute, type OmittedNode } from "@lead-gateway/attribute-mapper"
import { evaluate, type Finding, MISSING_REQUIRED_FIELD, type Rejected } from "@lead-gateway/lead-rules"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { type Change, normalize, type Unread } from "@lead-gateway/normalizer"
import type { Flow } from "./Flow.ts"

/** What is known of every lead that meets the rules. */
interface Passed {
  readonly flags: ReadonlyArray<Finding>
  readonly normalized: JsonObject
  /** What normalising changed, field by field. */
  readonly changes: ReadonlyArray<Change>
  /** Values that could not be read as what their field is declared to hold. */
  readonly unread: ReadonlyArray<Unread>
  /** Attributes that have a value for the customer. */
  readonly sent: ReadonlyArray<string>
  /** Attributes that are in the lead and invalid, so they are not sent, with why. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
  /** Attributes that are not in the lead. */
  readonly absent: ReadonlyArray<string>
  /** Nodes of the template without a value, each with its reason. */
  readonly omittedNodes: ReadonlyArray<OmittedNode>
}

/** The lead meets the rules, but the customer's format needs fields that it lacks. */
export interface Parked extends Passed {
  readonly _tag: "Parked"
  readonly reason: string
  /** The fields that it lacks. */
  readonly missing: ReadonlyArray<string>
}

/** The lead is ready for the customer. */
export interface Ready extends Passed {
  readonly _tag: "Ready"
  readonly customerPayload: JsonObject
}

/** What is to happen to a lead: a rule rejects it, or it is parked, or ready. */
export type Decision = Rejected | Parked | Ready

/** A lead as the pipeline sees it. */
export interface LeadInput {
  /** The payload as it came. */
  readonly payload: JsonObject
  /** Values for `$meta` of the template, such as `lead_id`. */
  readonly deliveryMetadata: Readonly<Record<string, string | number>>
  /** The time, in milliseconds since 1970: rules about age and dates to come look at it. */
  readonly nowMs: number
}

/** How much a decision tells. */
export interface DecideOptions {
  /** What of the rules is told: the `first` that rejects (the default) or `all` of them. The decision is the same. */
  readonly findings?: "first" | "all"
  /** Whether findings and changes may quote the lead: `hide` is the default. */
  readonly values?: "hide" | "show"
}

/**
 * Decides on one lead: the rules look at the payload as it came; if it meets them it is normalised and mapped.
 *
 * Pure, total and deterministic: the same flow and lead always give the same decision, so a decision may be
 * repeated, previewed or tested anywhere. Example: under the default flow a payload with `zipcode: "12345"` is
 * `Rejected` with reason `ZIP_NOT_66XXX`. `explain` says it in words.
 */
export const decide = (
  flow: Flow,
  { deliveryMetadata, nowMs, payload }: LeadInput,
  { findings = "first", values = "hide" }: DecideOptions = {},
): Decision => {
  const verdict = evaluate(flow.rules, payload, { nowMs, findings, values })
  if (verdict._tag === "Rejected") return verdict
  const { flags } = verdict
  const { payload: normalized, changes, unread } = normalize(flow.profile, payload, { values })
  const { constants, mapping, template } = flow
  const mapped = map({ mapping, template, payload: normalized, constants, deliveryMetadata, values })
  const { absent, omitted, omittedNodes, sent } = mapped
  const passed = { flags, normalized, changes, unread, sent, omitted, absent, omittedNodes }
  return mapped._tag === "Mapped"
    ? { _tag: "Ready", customerPayload: mapped.payload, ...passed }
    : { _tag: "Parked", reason: MISSING_REQUIRED_FIELD, missing: mapped.fields, ...passed }
}
