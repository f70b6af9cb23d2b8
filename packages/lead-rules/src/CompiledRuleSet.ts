import { makeReport } from "@lead-gateway/document-check"
import { Result } from "effect"
import { findContradictions } from "./internal/analysis/findContradictions.ts"
import { checkDocument } from "./internal/checkDocument.ts"
import { Program } from "./internal/program/Program.ts"
import type { Rule } from "./Rule.ts"
import type { RuleSet } from "./RuleSet.ts"
import { RuleSetInvalid } from "./RuleSetInvalid.ts"

/** A rule set that is checked and ready for `evaluate`. Only {@link compile} makes one. */
export interface CompiledRuleSet {
  /** The version of the rule set. */
  readonly version: string
  /** The rules of the rule set, in order. */
  readonly rules: ReadonlyArray<Rule>
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
 * ids that two rules share, rules that are never met or redundant.
 */
export const compile = (json: unknown): Result.Result<CompiledRuleSet, RuleSetInvalid> => {
  const { mistakes, report } = makeReport()
  checkDocument(json, report)
  // Only rules of the right form can be analysed.
  if (mistakes.length === 0) findContradictions(json as RuleSet, report)
  if (mistakes.length > 0) return Result.fail(new RuleSetInvalid({ mistakes }))
  // Without mistakes it is a rule set, and plain JSON. Copied as JSON, since `structuredClone` refuses proxies.
  return Result.succeed(prepare(JSON.parse(JSON.stringify(json)) as RuleSet))
}

/** Compiles a rule set that has been checked. */
export const prepare = ({ version, rules }: RuleSet): CompiledRuleSet => {
  const executable: Executable = { version, rules, program: new Program(rules) }
  return executable
}
