import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../../Condition.ts"
import { conditionRegion } from "./conditionRegion.ts"
import { type Budget, Facts } from "./Facts.ts"
import { fieldsOf, type Formula, formulaOf, parentOf } from "./Formula.ts"
import { isEmpty } from "./Region.ts"

/** The most branches of one `all` or `any` that are compared with each other. */
const maxBranches = 16

/** When a condition is met, and when it is not refuted. */
interface Formulas {
  readonly met: Formula
  readonly notRefuted: Formula
}

/**
 * Reports what is wrong with a condition by itself: what nothing can meet, what everything meets, and branches
 * without which it would say the same. Gives what it says when it is met, or `undefined` when that is nothing
 * that other conditions can be held against.
 */
export const reportBranches = (
  condition: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): Formulas | undefined => {
  if ("all" in condition) return reportAll(condition.all, condition, path, budget, report)
  if ("any" in condition) return reportAny(condition.any, condition, path, budget, report)
  if ("not" in condition) {
    if (reportBranches(condition.not, [...path, "not"], budget, report) === undefined) return undefined
    const formulas = { met: formulaOf(condition, "met"), notRefuted: formulaOf(condition, "notRefuted") }
    if (!new Facts(budget).add(formulas.met))
      return wrong(path, condition, "a condition that can be met", report)
    return isCertain(formulas.met, condition, path, budget, report) ? undefined : formulas
  }
  if (
    "item" in condition &&
    reportBranches(condition.item, [...path, "item"], budget, report) === undefined
  ) {
    return undefined
  }
  // Limits that no value is within are wrong, optional or not.
  const required = "optional" in condition ? { ...condition, optional: false } : condition
  if (isEmpty(conditionRegion(required, "met", false)))
    return wrong(path, condition, "a condition that can be met", report)
  return { met: formulaOf(condition, "met"), notRefuted: formulaOf(condition, "notRefuted") }
}

const reportAll = (
  parts: ReadonlyArray<Condition>,
  whole: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): Formulas | undefined => {
  const branches = branchesOf(parts, [...path, "all"], budget, report)
  if (branches === undefined) return undefined
  const formulas: Formulas = {
    met: { _tag: "All", parts: branches.map(({ formulas }) => formulas.met) },
    notRefuted: { _tag: "All", parts: branches.map(({ formulas }) => formulas.notRefuted) },
  }
  // None of its branches is certain, so it is not either.
  if (!new Facts(budget).add(formulas.met))
    return wrong(path, whole, "conditions that can be met together", report)
  reportRedundant(branches, "all", budget, report)
  return formulas
}

const reportAny = (
  parts: ReadonlyArray<Condition>,
  whole: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): Formulas | undefined => {
  const branches = branchesOf(parts, [...path, "any"], budget, report)
  if (branches === undefined) return undefined
  const formulas: Formulas = {
    met: { _tag: "Any", parts: branches.map(({ formulas }) => formulas.met) },
    notRefuted: { _tag: "Any", parts: branches.map(({ formulas }) => formulas.notRefuted) },
  }
  // Each of its branches can be met, so it can be too.
  if (isCertain(formulas.met, whole, path, budget, report)) return undefined
  reportRedundant(branches, "any", budget, report)
  return formulas
}

const wrong = (path: Path, condition: Condition, allowed: string, report: Report): undefined => {
  report(path, condition, allowed)
  return undefined
}

const isCertain = (
  formula: Formula,
  condition: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): boolean => {
  const certain = new Facts(budget).imply(formula)
  if (certain) report(path, condition, "a condition that not everything meets")
  return certain
}

interface Branch {
  readonly condition: Condition
  readonly path: Path
  readonly formulas: Formulas
}

const branchesOf = (
  parts: ReadonlyArray<Condition>,
  outer: Path,
  budget: Budget,
  report: Report,
): ReadonlyArray<Branch> | undefined => {
  // Each is looked at, so that all mistakes are reported at once.
  const branches = parts.flatMap((condition, index) => {
    const path = [...outer, index]
    const formulas = reportBranches(condition, path, budget, report)
    return formulas === undefined ? [] : [{ condition, path, formulas }]
  })
  return branches.length === parts.length ? branches : undefined
}

/** Reports the branches that the others make up for, and not those which make up for them. */
const reportRedundant = (
  branches: ReadonlyArray<Branch>,
  junction: "all" | "any",
  budget: Budget,
  report: Report,
): void => {
  if (branches.length > maxBranches) return
  const left = new Set(branches)
  // From the last: of two that say the same, the second is the one too many.
  for (const branch of branches.toReversed()) {
    left.delete(branch)
    const others = Array.from(left, ({ formulas }) => formulas)
    if (isRedundant(branch.formulas, others, junction, budget)) {
      const whole = branch.path.slice(0, -1).join(".")
      report(branch.path, branch.condition, `a condition without which ${whole} would say something else`)
    } else left.add(branch)
  }
}

const isRedundant = (
  own: Formulas,
  others: ReadonlyArray<Formulas>,
  junction: "all" | "any",
  budget: Budget,
): boolean => {
  if (others.length === 0 || !haveFieldInCommon(own, others)) return false
  return (["met", "notRefuted"] as const).every((level) => {
    const known = new Facts(budget)
    const parts = others.map((formulas) => formulas[level])
    return junction === "all"
      ? known.add({ _tag: "All", parts }) && known.imply(own[level])
      : known.add(own[level]) && known.imply({ _tag: "Any", parts })
  })
}

/** Whether conditions speak of the same, or of what is inside of it. Most do not, which is soon seen. */
const haveFieldInCommon = (own: Formulas, others: ReadonlyArray<Formulas>): boolean => {
  const fields = new Set(fieldsAndParents(own))
  return others.some((formulas) => fieldsAndParents(formulas).some((field) => fields.has(field)))
}

const fieldsAndParents = ({ met }: Formulas): ReadonlyArray<string> =>
  Array.from(fieldsOf(met)).flatMap((field) => {
    const outer = parentOf(field)
    return outer === undefined || outer === "." ? [field] : [field, outer]
  })
