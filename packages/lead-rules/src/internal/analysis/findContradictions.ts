import type { Report } from "@lead-gateway/document-check"
import type { RuleSet } from "../../RuleSet.ts"
import { reportBranches } from "./branches.ts"
import { type EarlierRule, EarlierRules } from "./EarlierRules.ts"
import { type Budget, Facts } from "./Facts.ts"
import type { Formula } from "./Formula.ts"

/** What is looked at in a rule set at most: a second or so. The largest are looked at in part. */
const maxCost = 10_000_000

/** The most rules that a mistake names. */
const maxNamed = 3

/**
 * Reports rules that can do nothing and rules that can do nothing else, with the rules they clash with.
 *
 * A rule is dead when whatever passes the rejecting rules before it meets it; a rule contradicts them when nothing
 * that passes them can. The same of conditions inside one rule. What is reported is so for every payload and at any
 * time. Not all that is so is reported: what two patterns have in common, for example, is not facts here.
 */
export const findContradictions = ({ rules }: Pick<RuleSet, "rules">, report: Report): void => {
  const budget: Budget = { left: maxCost }
  const facts = new Facts(budget)
  // Its own, so that many mistakes that have to be explained do not hide others.
  const naming: Budget = { left: maxCost }
  const earlier = new EarlierRules()

  for (const [index, rule] of rules.entries()) {
    const path = ["rules", index]
    const formula = reportBranches(rule, path, budget, report)?.met
    if (formula === undefined) continue
    const fork = facts.fork()
    if (facts.imply(formula)) {
      report(path, rule, `a rule that ${decidedBy(formula, earlier, naming)} already`)
    } else if (!fork.add(formula)) {
      report(path, rule, `a rule that can be met by what meets ${clashWith(formula, earlier, naming)}`)
    } else if (rule.severity !== "flag") {
      facts.merge(fork)
      earlier.add(`rules.${index}`, formula)
    }
  }
}

const decidedBy = (formula: Formula, rules: EarlierRules, budget: Budget): string => {
  const earlier = rules.about(formula)
  const single = earlier.find((one) => {
    const facts = new Facts(budget)
    return facts.add(one.formula) && facts.imply(formula)
  })
  return single === undefined ? `${namesOf(earlier)} do not decide` : `${single.name} does not decide`
}

const clashWith = (formula: Formula, rules: EarlierRules, budget: Budget): string => {
  const earlier = rules.about(formula)
  const single = earlier.find((one) => {
    const facts = new Facts(budget)
    return facts.add(one.formula) && !facts.add(formula)
  })
  return single === undefined ? namesOf(earlier) : single.name
}

const namesOf = (earlier: ReadonlyArray<EarlierRule>): string => {
  const names = earlier.slice(0, maxNamed).map(({ name }) => name)
  if (names.length === 0) return "the rules before it"
  const rest = earlier.length - names.length
  return [...names, ...(rest > 0 ? [`${rest} more`] : [])].join(" and ")
}
