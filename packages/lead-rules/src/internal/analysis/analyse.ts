import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../../Condition.ts"
import type { Rule, RuleSet } from "../../RuleSet.ts"
import { PatternMemory } from "../pattern/PatternMemory.ts"
import { type Budget, Facts } from "./Facts.ts"
import { fieldsOf, type Formula, parentOf } from "./Formula.ts"
import { type Flaw, inspectRule, neverMet } from "./inspect.ts"

/**
 * Something in a rule set that can hardly be meant, though the rule set can be used.
 *
 * `redundant`: a rule or a condition changes nothing. `never_met`: no value meets a condition. `flags_all`: a flagging
 * rule flags every lead.
 */
export interface RuleSetWarning {
  /** The rule or the condition: `rules.1`, `rules.3.any.0`. */
  readonly path: string
  readonly kind: "redundant" | "never_met" | "flags_all"
  /** A sentence: `rules.1 is redundant: whatever meets rules.0 meets it`. It quotes nothing of the rule set. */
  readonly message: string
}

/** The most work on one rule set: a second or so. The largest are analysed in part. */
const maxCost = 10_000_000

/** The most rules that a message names. */
const maxNamed = 3

/**
 * Finds rules that cannot do what they seem to, by themselves or after the rules before them.
 *
 * Reports a rejecting rule that no lead can meet, since every lead would be rejected, and returns a warning about
 * everything else: rules and conditions that are redundant or never met, and flags on every lead. Whatever it finds
 * holds for every payload at any time. It does not find everything: it does not know what two patterns have in
 * common, for example.
 */
export const analyse = ({ rules }: Pick<RuleSet, "rules">, report: Report): ReadonlyArray<RuleSetWarning> => {
  const warnings: Array<RuleSetWarning> = []
  const warn = (path: Path, kind: RuleSetWarning["kind"], predicate: string) => {
    const place = path.join(".")
    warnings.push({ path: place, kind, message: `${place} ${predicate}` })
  }
  const budget: Budget = { left: maxCost }
  const facts = new Facts(budget)
  // A budget of its own, so that naming rules in messages does not hide other findings.
  const naming: Budget = { left: maxCost }
  const earlier = new EarlierRules()
  const memory = new PatternMemory()

  for (const [index, rule] of rules.entries()) {
    const path = ["rules", index]
    const { flaws, isClean, met, status } = inspectRule(rule, path, { budget, memory })
    const fork = facts.fork()
    const isPossible = fork.add(met)
    const isImpossibleAlone = !isPossible && !new Facts(naming).add(met)
    if (isImpossibleAlone && rule.severity !== "flag") {
      reportImpossible(rule, path, flaws, report)
      continue
    }
    for (const flaw of flaws) warn(flaw.path, flaw.kind, flaw.message)
    if (isImpossibleAlone) {
      warn(path, "flags_all", "flags every lead: it is never met")
    } else if (!isPossible) {
      const names = contradictedBy(met, earlier.about(met), naming)
      if (rule.severity === "flag") warn(path, "flags_all", `flags every lead that meets ${names}`)
      else report(path, rule, `a rule that can be met by what meets ${names}`)
    } else if (status === "always" && isClean) {
      warn(path, "redundant", "is redundant: it is always met")
    } else if (isClean && facts.imply(met)) {
      const names = impliedBy(met, earlier.about(met), naming)
      warn(path, "redundant", `is redundant: whatever meets ${names} meets it`)
    } else {
      if (status === "never" && isClean) warn(path, "never_met", neverMet(rule))
      if (rule.severity !== "flag") {
        facts.merge(fork)
        earlier.add(`rules.${index}`, met)
      }
    }
  }
  return warnings
}

/** Reports a rule that nothing meets where it is wrong: at conditions inside it that nothing meets, if there are any. */
const reportImpossible = (rule: Rule, path: Path, flaws: ReadonlyArray<Flaw>, report: Report): void => {
  const inner = flaws.filter(({ kind }) => kind === "never_met")
  for (const { condition, path: place } of inner) report(place, condition, possible(condition))
  if (inner.length === 0) report(path, rule, possible(rule))
}

/** What a condition that nothing meets should be. */
const possible = (condition: Condition): string =>
  "all" in condition ? "conditions that can be met together" : "a condition that can be met"

const impliedBy = (formula: Formula, earlier: ReadonlyArray<EarlierRule>, budget: Budget): string =>
  namesOf(earlier, (rule) => {
    const facts = new Facts(budget)
    return facts.add(rule.formula) && facts.imply(formula)
  })

const contradictedBy = (formula: Formula, earlier: ReadonlyArray<EarlierRule>, budget: Budget): string =>
  namesOf(earlier, (rule) => {
    const facts = new Facts(budget)
    return facts.add(rule.formula) && !facts.add(formula)
  })

/** The one rule that suffices; else all of them, as far as there is room. */
const namesOf = (earlier: ReadonlyArray<EarlierRule>, suffices: (rule: EarlierRule) => boolean): string => {
  const single = earlier.find(suffices)
  if (single !== undefined) return single.name
  const names = earlier.slice(0, maxNamed).map(({ name }) => name)
  if (names.length === 0) return "the rules before it"
  const rest = earlier.length - names.length
  return [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(" and ")
}

/** A rejecting rule that comes before another. */
interface EarlierRule {
  readonly name: string
  readonly formula: Formula
}

/** The rules so far, indexed by their fields. */
class EarlierRules {
  readonly #on = new Map<string, Set<EarlierRule>>()
  readonly #inside = new Map<string, Set<EarlierRule>>()

  add(name: string, formula: Formula): void {
    const rule = { name, formula }
    for (const field of fieldsOf(formula)) {
      put(this.#on, field, rule)
      for (const ancestor of ancestorsOf(field)) put(this.#inside, ancestor, rule)
    }
  }

  /** The rules on the fields of a formula, on fields inside them and on fields that contain them. */
  about(formula: Formula): ReadonlyArray<EarlierRule> {
    const rules = new Set<EarlierRule>()
    for (const field of new Set(fieldsOf(formula))) {
      for (const other of [field, ...ancestorsOf(field)])
        this.#on.get(other)?.forEach((rule) => rules.add(rule))
      this.#inside.get(field)?.forEach((rule) => rules.add(rule))
    }
    return Array.from(rules)
  }
}

/** The most ancestors a field is indexed by: a path may have hundreds of keys, and a rule set thousands of paths. */
const maxAncestors = 16

function* ancestorsOf(field: string): Generator<string> {
  let ancestor = parentOf(field)
  for (let left = maxAncestors; left > 0 && ancestor !== undefined; left--) {
    yield ancestor
    ancestor = parentOf(ancestor)
  }
}

const put = (sets: Map<string, Set<EarlierRule>>, key: string, rule: EarlierRule): void => {
  const set = sets.get(key)
  if (set === undefined) sets.set(key, new Set([rule]))
  else set.add(rule)
}
