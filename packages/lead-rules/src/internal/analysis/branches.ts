import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../../Condition.ts"
import { type Formula, formulaOf } from "./Formula.ts"
import { type Budget, Knowledge } from "./Knowledge.ts"
import { leafRegion } from "./leafRegion.ts"
import { isEmpty } from "./Region.ts"

/** The most branches of one `all` or `any` that are compared with each other. */
const maxBranches = 64

/**
 * Reports what is wrong with a condition by itself: what nothing can meet, what everything meets, and branches
 * without which it would say the same. `false` when it says nothing that other conditions can be held against.
 */
export const reportBranches = (condition: Condition, path: Path, budget: Budget, report: Report): boolean => {
  const inner = innerOf(condition, path)
  // Each is looked at, so that all mistakes are reported at once.
  const areRight = inner.map(([part, at]) => reportBranches(part, at, budget, report))
  if (areRight.includes(false)) return false

  if ("operator" in condition) {
    // Limits that no value is within are wrong, optional or not.
    const required = "optional" in condition ? { ...condition, optional: false } : condition
    const isWrong = isEmpty(leafRegion(required, "met", false))
    if (isWrong) report(path, condition, "a condition that can be met")
    return !isWrong
  }
  const formula = formulaOf(condition, "met")
  if (!new Knowledge(budget).learn(formula)) {
    report(
      path,
      condition,
      "all" in condition ? "conditions that can be met together" : "a condition that can be met",
    )
    return false
  }
  if (new Knowledge(budget).implies(formula)) {
    report(path, condition, "a condition that not everything meets")
    return false
  }
  if ("all" in condition) reportIdle(inner, "all", budget, report)
  if ("any" in condition) reportIdle(inner, "any", budget, report)
  return true
}

type Branch = readonly [condition: Condition, path: Path]

const innerOf = (condition: Condition, path: Path): ReadonlyArray<Branch> => {
  if ("all" in condition) return condition.all.map((part, index) => [part, [...path, "all", index]])
  if ("any" in condition) return condition.any.map((part, index) => [part, [...path, "any", index]])
  if ("not" in condition) return [[condition.not, [...path, "not"]]]
  return "item" in condition ? [[condition.item, [...path, "item"]]] : []
}

/** Reports the branches that the others make up for, and not those which make up for them. */
const reportIdle = (
  branches: ReadonlyArray<Branch>,
  junction: "all" | "any",
  budget: Budget,
  report: Report,
): void => {
  if (branches.length > maxBranches) return
  const formulas = branches.map(
    ([branch]) => [formulaOf(branch, "met"), formulaOf(branch, "bearable")] as const,
  )
  const idle = new Set<number>()
  // From the last: of two that say the same, the second is the one too many.
  for (let index = branches.length - 1; index >= 0; index--) {
    const [met, bearable] = formulas[index] ?? []
    const [branch, path] = branches[index] ?? []
    if (met === undefined || bearable === undefined || branch === undefined || path === undefined) continue
    const others = formulas.filter((_, other) => other !== index && !idle.has(other))
    const isIdle = ([met, bearable] as const).every((own, level) =>
      makesUpFor(
        others.map((formula) => formula[level] ?? own),
        own,
        junction,
        budget,
      ),
    )
    if (others.length === 0 || !isIdle) continue
    idle.add(index)
    report(path, branch, `a condition without which ${path.slice(0, -1).join(".")} would say something else`)
  }
}

const makesUpFor = (
  parts: ReadonlyArray<Formula>,
  own: Formula,
  junction: "all" | "any",
  budget: Budget,
): boolean => {
  const known = new Knowledge(budget)
  return junction === "all"
    ? known.learn({ _tag: "All", parts }) && known.implies(own)
    : known.learn(own) && known.implies({ _tag: "Any", parts })
}
