import { makeReport } from "@lead-gateway/document-check"
import { Result } from "effect"
import { findContradictions } from "./internal/analysis/findContradictions.ts"
import { reportMistakes } from "./internal/mistakes.ts"
import { Program } from "./internal/program/Program.ts"
import type { Rule } from "./Rule.ts"
import type { RuleSet } from "./RuleSet.ts"
import { RuleSetInvalid } from "./RuleSetInvalid.ts"

/** A rule set that is known to be right, ready for `evaluate`. Only {@link compile} makes one. */
export interface CompiledRuleSet {
  /** The version of the rule set it was made from. */
  readonly version: string
  /** The rules it was made from, in their order. */
  readonly rules: ReadonlyArray<Rule>
}

/** What a rule set is inside. */
interface Ready extends CompiledRuleSet {
  readonly program: Program
}

/** The program of a rule set. */
export const programOf = (ruleSet: CompiledRuleSet): Program => (ruleSet as Ready).program

/**
 * Checks a rule set and makes it ready, once, when it is loaded.
 *
 * Takes any value, as `JSON.parse` gives it, and keeps a copy. Fails with {@link RuleSetInvalid}, which holds
 * every mistake: unknown operators and keys, missing keys, wrong types, bad patterns, limits that nothing meets,
 * ids that two rules share, rules that can never be met or never decide.
 */
export const compile = (json: unknown): Result.Result<CompiledRuleSet, RuleSetInvalid> => {
  const { mistakes, report } = makeReport()
  reportMistakes(json, report)
  // What is contradictory can only be told of rules that are right by themselves.
  if (mistakes.length === 0) findContradictions(json as RuleSet, report)
  if (mistakes.length > 0) return Result.fail(new RuleSetInvalid({ mistakes }))
  // It has no mistake, so it is a rule set, and all of it JSON. The copy belongs to nobody else, also where the
  // document is a proxy of one, which `structuredClone` refuses.
  return Result.succeed(prepare(JSON.parse(JSON.stringify(json)) as RuleSet))
}

/** Makes a rule set ready that has been checked. */
export const prepare = ({ version, rules }: RuleSet): CompiledRuleSet => {
  const ready: Ready = { version, rules, program: new Program(rules) }
  return ready
}
