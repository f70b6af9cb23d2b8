import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../Condition.ts"
import type { RuleSet } from "../RuleSet.ts"
import { definitionOf } from "./operators/table.ts"
import { sizeOfPattern } from "./patternSize.ts"

/** The most steps of all patterns together: some 100 MB once they are compiled. */
const maxSteps = 500_000

/** What a pattern takes besides its steps, in steps. */
const stepsOfPattern = 30

/** Reports the first pattern that is too much for a rule set, with those before it. */
export const checkPatterns = ({ rules }: Pick<RuleSet, "rules">, report: Report): void => {
  let steps = 0
  for (const [index, rule] of rules.entries()) {
    for (const [pattern, path] of patternsIn(rule, ["rules", index])) {
      steps += sizeOfPattern(pattern) + stepsOfPattern
      if (steps > maxSteps) {
        return report(
          path,
          pattern,
          `patterns of at most ${maxSteps} steps together, with ${stepsOfPattern} for each`,
        )
      }
    }
  }
}

function* patternsIn(condition: Condition, path: Path): Generator<readonly [pattern: string, path: Path]> {
  if ("not" in condition) yield* patternsIn(condition.not, [...path, "not"])
  else if ("item" in condition) yield* patternsIn(condition.item, [...path, "item"])
  else if ("all" in condition || "any" in condition) {
    const key = "all" in condition ? "all" : "any"
    const inner = "all" in condition ? condition.all : condition.any
    for (const [index, one] of inner.entries()) yield* patternsIn(one, [...path, key, index])
  } else {
    const pattern = definitionOf(condition).patternOf?.(condition)
    if (pattern !== undefined) yield [pattern, [...path, "pattern"]]
  }
}
