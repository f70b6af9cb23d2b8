import { DocumentInvalid, makeReport } from "@lead-gateway/document-check"
import * as Result from "effect/Result"
import { analyse, type RuleSetWarning } from "./internal/analysis/analyse.ts"
import { checkDocument, checkPatterns } from "./internal/checkDocument.ts"
import { Program } from "./internal/program/Program.ts"
import type { Rule, RuleSet } from "./RuleSet.ts"

export type { RuleSetWarning } from "./internal/analysis/analyse.ts"

/** A rule set that is checked and ready for `evaluate`. Only {@link compileRules} makes one. */
export interface CompiledRuleSet {
  /** The version of the rule set. */
  readonly version: string
  /** The rules of the rule set, in order. */
  readonly rules: ReadonlyArray<Rule>
  /** What can hardly be meant, though it can be used: redundant rules, for example. Show it to the author. */
  readonly warnings: ReadonlyArray<RuleSetWarning>
}

/** A compiled rule set with its hidden part. */
interface Executable extends CompiledRuleSet {
  readonly program: Program
}

/** The program of a rule set. */
export const programOf = (ruleSet: CompiledRuleSet): Program => (ruleSet as Executable).program

/**
 * Checks and compiles a rule set, once, when it is loaded.
 *
 * Takes any value that `JSON.parse` returns, and keeps a copy. Fails with {@link RuleSetInvalid}, which holds every
 * mistake: unknown operators and keys, missing keys, wrong types, invalid patterns, limits that no value is within,
 * ids that two rules share, rejecting rules that no lead can meet. What is redundant is only warned about, so that a
 * later release, which may find more of it, still takes the same rule sets.
 */
export const compileRules = (json: unknown): Result.Result<CompiledRuleSet, RuleSetInvalid> => {
  const { diagnostics, report } = makeReport()
  checkDocument(json, report)
  // Only rules of the right form can be looked at together.
  if (diagnostics.length === 0) checkPatterns(json as RuleSet, report)
  const warnings = diagnostics.length === 0 ? analyse(json as RuleSet, report) : []
  if (diagnostics.length > 0) return Result.fail(new RuleSetInvalid({ diagnostics }))
  // Without mistakes it is a rule set, and plain JSON. Copied as JSON, since `structuredClone` refuses proxies.
  return Result.succeed(prepare(JSON.parse(JSON.stringify(json)) as RuleSet, warnings))
}

/** {@link compileRules}, but throws the {@link RuleSetInvalid}: for rule sets that are part of a program. */
export const compileRulesOrThrow = (json: unknown): CompiledRuleSet => Result.getOrThrow(compileRules(json))

/** Compiles a rule set that has been checked. */
export const prepare = (
  { version, rules }: RuleSet,
  warnings: ReadonlyArray<RuleSetWarning> = [],
): CompiledRuleSet => {
  const executable: Executable = { version, rules, warnings, program: new Program(rules) }
  return executable
}

/**
 * A rule set that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `rules.0.operator: found "matches", expected "pattern" or "equals" or "present"`.
 */
export class RuleSetInvalid extends DocumentInvalid("RuleSetInvalid", "rule set") {}
