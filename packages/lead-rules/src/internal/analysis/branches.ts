import type { Path, Report } from "@lead-gateway/document-check"
import type { Condition } from "../../Condition.ts"
import { fieldAround, fieldsOf, type Formula, formulaOf } from "./Formula.ts"
import { type Budget, Knowledge } from "./Knowledge.ts"
import { leafRegion } from "./leafRegion.ts"
import { isEmpty } from "./Region.ts"

/** The most branches of one `all` or `any` that are compared with each other. */
const maxBranches = 16

/** What a condition says when it is met, and when it is not unmet. */
interface Said {
  readonly met: Formula
  readonly bearable: Formula
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
): Said | undefined => {
  if ("all" in condition) return reportAll(condition.all, condition, path, budget, report)
  if ("any" in condition) return reportAny(condition.any, condition, path, budget, report)
  if ("not" in condition) {
    if (reportBranches(condition.not, [...path, "not"], budget, report) === undefined) return undefined
    const said = { met: formulaOf(condition, "met"), bearable: formulaOf(condition, "bearable") }
    if (!new Knowledge(budget).learn(said.met))
      return wrong(path, condition, "a condition that can be met", report)
    return isCertain(said.met, condition, path, budget, report) ? undefined : said
  }
  if (
    "item" in condition &&
    reportBranches(condition.item, [...path, "item"], budget, report) === undefined
  ) {
    return undefined
  }
  // Limits that no value is within are wrong, optional or not.
  const required = "optional" in condition ? { ...condition, optional: false } : condition
  if (isEmpty(leafRegion(required, "met", false)))
    return wrong(path, condition, "a condition that can be met", report)
  return { met: formulaOf(condition, "met"), bearable: formulaOf(condition, "bearable") }
}

const reportAll = (
  parts: ReadonlyArray<Condition>,
  whole: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): Said | undefined => {
  const branches = branchesOf(parts, [...path, "all"], budget, report)
  if (branches === undefined) return undefined
  const said: Said = {
    met: { _tag: "All", parts: branches.map(({ said }) => said.met) },
    bearable: { _tag: "All", parts: branches.map(({ said }) => said.bearable) },
  }
  // None of its branches is certain, so it is not either.
  if (!new Knowledge(budget).learn(said.met))
    return wrong(path, whole, "conditions that can be met together", report)
  reportIdle(branches, "all", budget, report)
  return said
}

const reportAny = (
  parts: ReadonlyArray<Condition>,
  whole: Condition,
  path: Path,
  budget: Budget,
  report: Report,
): Said | undefined => {
  const branches = branchesOf(parts, [...path, "any"], budget, report)
  if (branches === undefined) return undefined
  const said: Said = {
    met: { _tag: "Any", parts: branches.map(({ said }) => said.met) },
    bearable: { _tag: "Any", parts: branches.map(({ said }) => said.bearable) },
  }
  // Each of its branches can be met, so it can be too.
  if (isCertain(said.met, whole, path, budget, report)) return undefined
  reportIdle(branches, "any", budget, report)
  return said
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
  const certain = new Knowledge(budget).implies(formula)
  if (certain) report(path, condition, "a condition that not everything meets")
  return certain
}

interface Branch {
  readonly condition: Condition
  readonly path: Path
  readonly said: Said
}

const branchesOf = (
  parts: ReadonlyArray<Condition>,
  around: Path,
  budget: Budget,
  report: Report,
): ReadonlyArray<Branch> | undefined => {
  // Each is looked at, so that all mistakes are reported at once.
  const branches = parts.flatMap((condition, index) => {
    const path = [...around, index]
    const said = reportBranches(condition, path, budget, report)
    return said === undefined ? [] : [{ condition, path, said }]
  })
  return branches.length === parts.length ? branches : undefined
}

/** Reports the branches that the others make up for, and not those which make up for them. */
const reportIdle = (
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
    const others = Array.from(left, ({ said }) => said)
    if (isIdle(branch.said, others, junction, budget)) {
      const whole = branch.path.slice(0, -1).join(".")
      report(branch.path, branch.condition, `a condition without which ${whole} would say something else`)
    } else left.add(branch)
  }
}

const isIdle = (own: Said, others: ReadonlyArray<Said>, junction: "all" | "any", budget: Budget): boolean => {
  if (others.length === 0 || !haveFieldInCommon(own, others)) return false
  return (["met", "bearable"] as const).every((level) => {
    const known = new Knowledge(budget)
    const parts = others.map((said) => said[level])
    return junction === "all"
      ? known.learn({ _tag: "All", parts }) && known.implies(own[level])
      : known.learn(own[level]) && known.implies({ _tag: "Any", parts })
  })
}

/** Whether conditions speak of the same, or of what is inside of it. Most do not, which is soon seen. */
const haveFieldInCommon = (own: Said, others: ReadonlyArray<Said>): boolean => {
  const fields = new Set(fieldsAndAround(own))
  return others.some((said) => fieldsAndAround(said).some((field) => fields.has(field)))
}

const fieldsAndAround = ({ met }: Said): ReadonlyArray<string> =>
  Array.from(fieldsOf(met)).flatMap((field) => {
    const around = fieldAround(field)
    return around === undefined || around === "." ? [field] : [field, around]
  })
