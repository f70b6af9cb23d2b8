/** Says of each rule in force whether a stored lead meets it, without a value of the lead. */
import type { LeadRules } from "@lead-gateway/api-contract"
import { explain, type Flow, type PayloadStep, type RulesStep } from "@lead-gateway/lead-pipeline"
import { decidedLead, type StoredLead } from "@lead-gateway/lead-store/stored-lead"
import { get, isJsonObject, type Json, parse, stringify } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"

/** What is judged: a lead, the versions that decided on it, and the time for one that waits for its decision. */
interface Judged {
  readonly lead: StoredLead
  readonly decidedWith: string | null
  readonly nowMs: number
}

const verdicts = { Ready: "READY", Rejected: "REJECTED", Parked: "PARKED" } as const

/** The most rules in an answer: a set may have 10,000. */
const mostRules = 200

/** The response as JSON text, with every digit of the numbers in rules. Undefined where the payload cannot be read. */
export const judgeStored = (flow: Flow.Flow, { decidedWith, lead, nowMs }: Judged): string | undefined => {
  const decided = decidedLead(lead)
  if (decided === undefined) return undefined
  const { decision, reason, steps } = explain(flow, {
    payload: decided.payload,
    deliveryMetadata: {
      lead_id: decided.id,
      correlation_id: decided.correlationId,
      idempotency_key: decided.decision?.idempotencyKey ?? "preview",
    },
    nowMs: decided.decision?.atMs ?? nowMs,
  })
  const step = steps.find((step): step is RulesStep => step.step === "rules")
  const missing = steps.find((step): step is PayloadStep => step.step === "payload")?.missing ?? []
  const rules = rulesOf(flow, step)
  const shown = shortened(rules)
  const versions = decidedWith === null ? null : Result.getOrNull(parse(decidedWith))
  const wire = {
    decided_with: versions,
    versions: flow.versions,
    as_decided: isAsDecided(flow, versions),
    looks_at: flow.rules.looksAt,
    decision: verdicts[decision],
    reason,
    rules: shown,
    left_out: rules.length - shown.length,
    missing,
    passes_as: step?.other_view?.looks_at ?? null,
  } satisfies typeof LeadRules.Encoded
  return stringify(wire)
}

type LeadRule = (typeof LeadRules.Encoded)["rules"][number]

const rulesOf = ({ rules: { rules } }: Flow.Flow, step: RulesStep | undefined): ReadonlyArray<LeadRule> => {
  const findings = [...(step?.findings ?? []), ...(step?.flags ?? [])]
  const byRule = new Map(findings.map((finding) => [finding.rule.index, finding]))
  const deciding = step?.findings[0]?.rule.index ?? Infinity
  return rules.map((rule, index) => {
    const { id, message, reason, severity } = rule
    const finding = byRule.get(index)
    return {
      index,
      id: id ?? null,
      reason: reason ?? "MISSING_REQUIRED_FIELD",
      severity: severity ?? "reject",
      message: message ?? null,
      condition: conditionOf(rule),
      met: finding === undefined,
      reached: index <= deciding,
      finding:
        finding === undefined
          ? null
          : {
              reason: finding.reason,
              field: finding.rule.field,
              actual: finding.actual,
              expected: finding.expected,
              explanation: finding.explanation,
            },
    }
  })
}

const parts: ReadonlySet<string> = new Set(["id", "message", "reason", "severity"])

/** A rule without what follows from it. Rules consist of JSON values alone. */
const conditionOf = (rule: object): Json =>
  Object.fromEntries(
    Object.entries(rule as Readonly<Record<string, Json>>).filter(([key]) => !parts.has(key)),
  )

/** The rules that are not met, and the first of the others, in their order. */
const shortened = (rules: ReadonlyArray<LeadRule>): ReadonlyArray<LeadRule> => {
  const unmet = rules.filter(({ met }) => !met)
  const met = rules.filter(({ met }) => met)
  return [...unmet, ...met].slice(0, mostRules).toSorted((one, other) => one.index - other.index)
}

/** Whether what decides on the rules, their set and the profile, is what decided then. */
const isAsDecided = ({ versions }: Flow.Flow, decidedWith: Json): boolean =>
  isJsonObject(decidedWith) &&
  get(decidedWith, "rules") === versions.rules &&
  get(decidedWith, "profile") === versions.profile
