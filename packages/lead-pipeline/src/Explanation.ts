import type { OmittedAttribute, OmittedNode } from "@lead-gateway/attribute-mapper"
import { parsePath, valueAt } from "@lead-gateway/lead-field"
import type { Finding, LooksAt } from "@lead-gateway/lead-rules"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { type Change, maxChanges, type Unread } from "@lead-gateway/normalizer"
import { checkCall, decide, type Decision, type LeadInput, type Parked, type Ready } from "./decide.ts"
import type { Flow } from "./Flow.ts"
import { otherView, type OtherView } from "./otherView.ts"

/** How the rules saw the lead. */
export interface RulesStep {
  readonly step: "rules"
  readonly version: string
  /** Which payload they looked at. */
  readonly looks_at: LooksAt
  /** Rules that the lead does not meet and that reject it; the first of them decided. */
  readonly findings: ReadonlyArray<Finding>
  readonly flags: ReadonlyArray<Finding>
  /** How many rules it meets. */
  readonly met: number
  /** Only of a rejected lead that the rules would accept if they looked at its other payload. */
  readonly other_view?: OtherView
}

/** What normalising changed. */
export interface NormaliseStep {
  readonly step: "normalise"
  readonly version: string
  /** Field by field; the values before and after only if values are shown. */
  readonly changes: ReadonlyArray<Change>
  /** Values that could not be read as what their field is declared to hold; the first hundred at most. */
  readonly unread: ReadonlyArray<UnreadField>
}

/** A value that could not be read, and was kept. */
export interface UnreadField extends Unread {
  /** The value as it was kept; only if values are shown. */
  readonly value?: unknown
}

/** What became of each attribute that the mapping knows. */
export interface MapStep {
  readonly step: "map"
  readonly version: string
  readonly sent: ReadonlyArray<string>
  /** With the values only if values are shown. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
  readonly absent: ReadonlyArray<string>
}

/** What the template made of it. */
export interface PayloadStep {
  readonly step: "payload"
  readonly version: string
  /** What is required and missing: with anything here the lead is parked. */
  readonly missing: ReadonlyArray<string>
  readonly left_out: ReadonlyArray<OmittedNode>
  /** What the customer would get; only if values are shown and nothing is missing. */
  readonly payload?: JsonObject
}

/** One step of a lead's way. */
export type Step = RulesStep | NormaliseStep | MapStep | PayloadStep

/** What would happen to a lead and why, as data that may be printed as JSON. */
export interface Explanation {
  readonly decision: Decision["_tag"]
  /** Why it is rejected or parked; null where it is ready. */
  readonly reason: string | null
  /** The steps that were taken, in their order: a lead that is rejected as it came has one. */
  readonly steps: ReadonlyArray<Step>
}

/** What an explanation may hold. */
export interface ExplainOptions {
  /** `hide`, the default: nothing of the lead but names of fields. `show`: values too. */
  readonly values?: "hide" | "show"
}

/**
 * Explains what would happen to a lead, step by step: which rules it meets and which not, what normalising
 * changes, which attributes are sent and why others are not, and the customer payload.
 *
 * It is {@link decide} told in full: the decision and the reason are the same, but every rule is looked at. Pure and
 * total.
 */
export const explain = (
  flow: Flow,
  lead: LeadInput,
  { values = "hide" }: ExplainOptions = {},
): Explanation => {
  checkCall("explain", flow, lead)
  const decision = decide(flow, lead, { findings: "all", values })
  const other = decision._tag === "Rejected" ? otherView(flow, lead, { values }) : undefined
  const seen = rulesStep(flow, decision, other)
  const read = normaliseSteps(flow, decision, values === "show")
  const first = flow.rules.looksAt === "raw" ? [seen, ...read] : [...read, seen]
  if (decision._tag === "Rejected") return { decision: "Rejected", reason: decision.reason, steps: first }
  const reason = decision._tag === "Parked" ? decision.reason : null
  const steps = [...first, ...mapSteps(flow, decision, values === "show")]
  return { decision: decision._tag, reason, steps }
}

const rulesStep = (
  { rules, versions }: Flow,
  decision: Decision,
  other: OtherView | undefined,
): RulesStep => {
  const findings = decision._tag === "Rejected" ? decision.findings : []
  const { flags } = decision
  const met = rules.rules.length - findings.length - flags.length
  const seen = {
    step: "rules",
    version: versions.rules,
    looks_at: rules.looksAt,
    findings,
    flags,
    met,
  } as const
  return other === undefined ? seen : { ...seen, other_view: other }
}

/** None for a lead that was rejected as it came. */
const normaliseSteps = (
  { versions }: Flow,
  { changes, normalized, unread }: Decision,
  shows: boolean,
): ReadonlyArray<NormaliseStep> => {
  if (changes === undefined || unread === undefined) return []
  const first = unread.slice(0, maxChanges)
  const shown = shows
    ? first.map((field) => ({ ...field, value: valueAt(normalized, parsePath(field.path) ?? []) }))
    : first
  return [{ step: "normalise", version: versions.profile, changes, unread: shown }]
}

const mapSteps = (
  { versions }: Flow,
  decision: Parked | Ready,
  shows: boolean,
): readonly [MapStep, PayloadStep] => {
  const { absent, omitted, omittedNodes, sent } = decision
  return [
    {
      step: "map",
      version: versions.mapping,
      sent,
      omitted,
      absent,
    },
    {
      step: "payload",
      version: versions.template,
      missing: decision._tag === "Parked" ? decision.missing : [],
      left_out: omittedNodes,
      ...(shows && decision._tag === "Ready" ? { payload: decision.customerPayload } : {}),
    },
  ]
}
