import { map, type OmittedAttribute, type OmittedNode } from "@lead-gateway/attribute-mapper"
import { isRecord, notCompiled, wrongCall } from "@lead-gateway/document-check"
import { plainCopy } from "@lead-gateway/lead-field"
import {
  evaluate,
  type Finding,
  MISSING_REQUIRED_FIELD,
  type Rejected as RejectedByRules,
} from "@lead-gateway/lead-rules"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { type Change, normalize, type Unread } from "@lead-gateway/normalizer"
import type { Flow } from "./Flow.ts"

/** What is known of every lead that was normalised. */
interface Read {
  readonly normalized: JsonObject
  /** What normalising changed, field by field. */
  readonly changes: ReadonlyArray<Change>
  /** Values that could not be read as what their field is declared to hold. */
  readonly unread: ReadonlyArray<Unread>
}

/**
 * A rule rejects the lead. It was normalised only if the rules look at the normalised payload: then, and only then, it
 * has `normalized`, `changes` and `unread`.
 */
export interface Rejected extends RejectedByRules, Partial<Read> {}

/** What is known of every lead that meets the rules. */
interface Passed extends Read {
  readonly flags: ReadonlyArray<Finding>
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
  /** The payload as it came: JSON, or an object of a type of your own. */
  readonly payload: object
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
 * Decides on one lead: the rules look at the payload as it came; if it meets them it is normalised and mapped. Where the
 * rule set looks at the normalised payload, it is normalised first, and once.
 *
 * Pure, total and deterministic: the same flow and lead always give the same decision, so a decision may be
 * repeated, previewed or tested anywhere. Example: under the default flow a payload with `zipcode: "12345"` is
 * `Rejected` with reason `ZIP_NOT_66XXX`. `explain` says it in words. A payload that is no object has no fields. Throws a
 * `TypeError` only for a call without a compiled flow or without a lead.
 */
export const decide = (flow: Flow, lead: LeadInput, options: DecideOptions = {}): Decision => {
  checkCall("decide", flow, lead)
  try {
    return decisionOn(flow, lead, options)
  } catch {
    return decisionOn(flow, plainLead(lead), options)
  }
}

const decisionOn = (
  flow: Flow,
  lead: LeadInput,
  { findings = "first", values = "hide" }: DecideOptions,
): Decision => {
  const { payload, nowMs } = lead
  if (flow.rules.looksAt === "normalized") {
    const reading = read(flow, payload, values)
    const verdict = evaluate(flow.rules, reading.normalized, { nowMs, findings, values })
    return verdict._tag === "Rejected"
      ? { ...verdict, ...reading }
      : mapAccepted(flow, lead, verdict.flags, reading, values)
  }
  const verdict = evaluate(flow.rules, payload, { nowMs, findings, values })
  if (verdict._tag === "Rejected") return verdict
  return mapAccepted(flow, lead, verdict.flags, read(flow, payload, values), values)
}

/** The lead with what can be read of its payload: a getter or a proxy may throw. */
export const plainLead = (lead: LeadInput): LeadInput => ({
  ...lead,
  payload: plainCopy(lead.payload) as object,
})

/** Throws the `TypeError` of a call unless its arguments are what they should be. */
export const checkCall = (call: string, flow: Flow, lead: LeadInput): void => {
  // Fewer checks than could be made, as every decision pays for them.
  if (typeof (flow as Flow | null | undefined)?.rules !== "object") {
    throw notCompiled(call, "flow", flow, "compileFlow")
  }
  if (typeof (lead as LeadInput | null | undefined)?.nowMs !== "number") {
    throw isRecord(lead)
      ? wrongCall(call, "nowMs of the lead", lead.nowMs, "milliseconds since 1970, such as Date.now()")
      : wrongCall(call, "lead", lead, "an object with payload, deliveryMetadata and nowMs")
  }
}

/** A payload with fields: what is no object has none. */
export const objectOf = (payload: object | null): object =>
  typeof payload === "object" && payload !== null ? payload : {}

/** Normalises a payload. */
const read = ({ profile }: Flow, payload: object, values: "hide" | "show"): Read => {
  const { payload: normalized, changes, unread } = normalize(profile, objectOf(payload), { values })
  return { normalized, changes, unread }
}

/** Maps a lead that meets the rules. */
const mapAccepted = (
  { constants, mapping, template }: Flow,
  { deliveryMetadata }: LeadInput,
  flags: ReadonlyArray<Finding>,
  { changes, normalized, unread }: Read,
  values: "hide" | "show",
): Parked | Ready => {
  const mapped = map({ mapping, template, payload: normalized, unread, constants, deliveryMetadata, values })
  const { absent, omitted, omittedNodes, sent } = mapped
  const passed = { flags, normalized, changes, unread, sent, omitted, absent, omittedNodes }
  return mapped._tag === "Mapped"
    ? { _tag: "Ready", customerPayload: mapped.payload, ...passed }
    : { _tag: "Parked", reason: MISSING_REQUIRED_FIELD, missing: mapped.fields, ...passed }
}
