import { wrongCall } from "@lead-gateway/document-check"
import { isBlank, plainCopy } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { type CompiledRuleSet, programOf } from "./CompiledRuleSet.ts"
import { findingOf } from "./internal/findingOf.ts"
import type { Program } from "./internal/program/Program.ts"
import { childAt } from "./internal/program/Scope.ts"
import type { Accepted, Finding, Verdict } from "./Verdict.ts"

/** The time of an evaluation, and how much its verdict tells. */
export interface EvaluateOptions {
  /** Milliseconds since 1970, as `Date.now()` gives them. Limits on dates may be relative to it. */
  readonly nowMs: number
  /** `first` (the default): stop at the first rejecting rule. `all`: evaluate every rule. */
  readonly findings?: "first" | "all"
  /** `hide` (the default): the verdict quotes nothing of the payload and may be logged. `show`: it quotes values, shortened. */
  readonly values?: "hide" | "show"
}

/**
 * Decides whether a payload meets a rule set. It does not normalise: the caller passes the payload that `looksAt` of the
 * rule set names, as it came or normalised.
 *
 * The rules run in order. Total: there is a verdict on whatever JavaScript holds, and a property that throws when it is
 * read is absent. Only own properties count, and nothing is changed. The same rule set, payload and `nowMs` always
 * give the same verdict. Throws a `TypeError` only if the rule set is not compiled or `nowMs` is no number.
 * Example: `{ "zipcode": 66123 }` is `ZIP_NOT_66XXX` under the default rule set, `{ "zipcode": "66123" }` is
 * `MISSING_REQUIRED_FIELD` (of `house.is_owner`).
 */
export const evaluate = (ruleSet: CompiledRuleSet, payload: unknown, options: EvaluateOptions): Verdict => {
  const program = programOf(ruleSet)
  if (typeof (options as EvaluateOptions | null | undefined)?.nowMs !== "number") throw noTime(options)
  try {
    return verdictBy(program, ruleSet, payload, options)
  } catch {
    // A getter or a proxy threw.
    return verdictBy(program, ruleSet, plainCopy(payload), options)
  }
}

const noTime = (options: Partial<EvaluateOptions> | null | undefined): TypeError =>
  wrongCall(
    "evaluate",
    "nowMs of the options",
    options?.nowMs,
    "milliseconds since 1970 as a number, such as Date.now()",
  )

const verdictBy = (
  program: Program,
  ruleSet: CompiledRuleSet,
  payload: unknown,
  { nowMs, findings = "first", values = "hide" }: EvaluateOptions,
): Verdict => {
  const first = program.first(payload, nowMs)
  if (first < 0) return accepted
  const options = { nowMs, findings, values }
  const node = program.nodes[first]
  const isAlone = findings !== "all" && ruleSet.rules[first]?.severity !== "flag"
  if (!isAlone || values === "show" || node?._tag !== "Leaf") return findAll(ruleSet, payload, first, options)
  // A verdict on one field that quotes no value depends only on the kind of value, so it is cached.
  const key = first * kindCodes + kindCode(childAt(payload, node.segments))
  const cached = program.verdicts.get(key)
  if (cached !== undefined) return cached
  const verdict = frozen(findAll(ruleSet, payload, first, options))
  program.verdicts.set(key, verdict)
  return verdict
}

/** Evaluates the rules one by one, from the first that is not met. */
const findAll = (
  ruleSet: CompiledRuleSet,
  payload: unknown,
  first: number,
  { nowMs, findings: extent, values }: Required<EvaluateOptions>,
): Verdict => {
  const program = programOf(ruleSet)
  const frame = program.scope.take(payload, nowMs)
  const findings: Array<Finding> = []
  const flags: Array<Finding> = []
  for (let unmet = first; unmet >= 0; unmet = program.next(frame, unmet + 1)) {
    const node = program.nodes[unmet]
    const rule = ruleSet.rules[unmet]
    if (node === undefined || rule === undefined) break
    const finding = findingOf({ node, rule, index: unmet }, frame, values)
    ;(finding.severity === "flag" ? flags : findings).push(finding)
    if (finding.severity === "reject" && extent !== "all") break
  }
  program.scope.release(frame)
  return verdictOf(findings, flags)
}

const accepted: Accepted = Object.freeze<Accepted>({ _tag: "Accepted", flags: Object.freeze<Finding[]>([]) })

const verdictOf = (findings: ReadonlyArray<Finding>, flags: ReadonlyArray<Finding>): Verdict => {
  const [first] = findings
  if (first === undefined) return { _tag: "Accepted", flags }
  const { reason, rule, message, explanation } = first
  return {
    _tag: "Rejected",
    reason,
    rule,
    ...(message === undefined ? {} : { message }),
    explanation,
    findings,
    flags,
  }
}

/** Frozen, since many callers share it. */
const frozen = (verdict: Verdict): Verdict => {
  for (const finding of verdict._tag === "Rejected" ? verdict.findings : []) {
    Object.freeze(finding.rule)
    Object.freeze(finding)
  }
  if (verdict._tag === "Rejected") Object.freeze(verdict.findings)
  Object.freeze(verdict.flags)
  return Object.freeze(verdict)
}

/** The number of codes. */
const kindCodes = 9

/** What an explanation tells of a value without quoting it, as a number: how it is missing, or its kind. */
const kindCode = (value: unknown): number => {
  switch (typeof value) {
    case "undefined":
      return 0
    case "string":
      return isBlank(value) ? 2 : 3
    case "number":
      return 4
    case "boolean":
      return value ? 5 : 6
    default:
      if (value === null) return 1
      if (Array.isArray(value)) return 7
      return isRawNumber(value) ? 4 : 8
  }
}
