import { DocumentInvalid, makeReport, notCompiled, type Report } from "@lead-gateway/document-check"
import { plainCopy } from "@lead-gateway/lead-field"
import { parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { analyse, type RuleSetWarning } from "./internal/analysis/analyse.ts"
import { checkDocument, checkPatterns } from "./internal/checkDocument.ts"
import { Program } from "./internal/program/Program.ts"
import type { LooksAt, Rule, RuleSet } from "./RuleSet.ts"

export type { RuleSetWarning } from "./internal/analysis/analyse.ts"

/** A rule set that is checked and ready for `evaluate`. Only {@link compileRules} makes one. */
export interface CompiledRuleSet {
  /** The version of the rule set. */
  readonly version: string
  /** Which payload the rules are about: `raw` unless the rule set says otherwise. */
  readonly looksAt: LooksAt
  /** The rules of the rule set, in order. */
  readonly rules: ReadonlyArray<Rule>
  /** What can hardly be meant, though it can be used: redundant rules, for example. Show it to the author. */
  readonly warnings: ReadonlyArray<RuleSetWarning>
}

/** A compiled rule set with its hidden part. */
interface Executable extends CompiledRuleSet {
  readonly program: Program
}

/** The program of a rule set. Throws a `TypeError` for anything else, a `Result` of one for example. */
export const programOf = (ruleSet: CompiledRuleSet): Program => {
  const program = (ruleSet as Executable | null | undefined)?.program
  if (program !== undefined) return program
  throw notCompiled("evaluate", "ruleSet", ruleSet, "compileRules")
}

/**
 * Checks and compiles a rule set, once, when it is loaded.
 *
 * Takes any value that `JSON.parse` or a lossless parser returns, and keeps a copy; that the type names one kind of it
 * lets editors complete a rule set that is written in place. Fails with {@link RuleSetInvalid},
 * which holds every mistake: unknown operators and keys, missing keys, wrong types, invalid patterns, limits that no
 * value is within, whole numbers that a parser may have rounded, ids that two rules share, rejecting rules that no lead
 * can meet. What is redundant is only warned about, so that a later release, which may find more of it, still takes the
 * same rule sets. Total.
 */
export const compileRules = (
  ruleSet: RuleSet | {} | null | undefined,
): Result.Result<CompiledRuleSet, RuleSetInvalid> => {
  try {
    return compiled(ruleSet)
  } catch {
    // A getter or a proxy threw.
    return compiled(plainCopy(ruleSet))
  }
}

const compiled = (json: unknown): Result.Result<CompiledRuleSet, RuleSetInvalid> => {
  const { diagnostics, report } = makeReport()
  checkDocument(json, report)
  // Without mistakes it is a rule set, and plain JSON. Copied as JSON, since `structuredClone` refuses proxies.
  const copy = diagnostics.length === 0 ? copyOf(json as RuleSet, report) : undefined
  // Only rules of the right form can be looked at together.
  if (copy !== undefined) checkPatterns(copy, report)
  const warnings = copy !== undefined && diagnostics.length === 0 ? analyse(copy, report) : []
  return copy === undefined || diagnostics.length > 0
    ? Result.fail(new RuleSetInvalid({ diagnostics }))
    : Result.succeed(prepare(copy, warnings))
}

/** The copy has a `RawNumber` only where a double would round. */
const copyOf = (ruleSet: RuleSet, report: Report): RuleSet | undefined => {
  const copy: Result.Result<unknown, { readonly message: string }> = parse(JSON.stringify(ruleSet))
  if (Result.isSuccess(copy)) return copy.success as RuleSet
  report([], ruleSet, `a rule set that lossless-json parses (${copy.failure.message})`)
  return undefined
}

/** {@link compileRules}, but throws the {@link RuleSetInvalid}: for rule sets that are part of a program. */
export const compileRulesOrThrow = (ruleSet: RuleSet | {} | null | undefined): CompiledRuleSet =>
  Result.getOrThrow(compileRules(ruleSet))

/** Compiles a rule set that has been checked. */
export const prepare = (
  { version, looks_at: looksAt = "raw", rules }: RuleSet,
  warnings: ReadonlyArray<RuleSetWarning> = [],
): CompiledRuleSet => {
  const executable: Executable = { version, looksAt, rules, warnings, program: new Program(rules) }
  return executable
}

/**
 * A rule set that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `rules.0.operator: found "matches", expected "pattern" or "equals" or "present"`.
 */
export class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}
