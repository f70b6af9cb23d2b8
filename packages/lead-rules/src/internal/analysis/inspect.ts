import type { Path } from "@lead-gateway/document-check"
import type { Condition } from "../../Condition.ts"
import type { PatternMemory } from "../pattern/PatternMemory.ts"
import { type Budget, Facts } from "./Facts.ts"
import { conditionRegion, fieldsOf, type Formula, formulaOf, parentOf } from "./Formula.ts"
import { isEmpty } from "./Region.ts"

/** The most branches of one `all` or `any` that are compared with each other. */
const maxBranches = 16

/** What the analysis finds about a condition by itself. */
export interface Inspected extends Formulas {
  /** Whether values never or always meet it. */
  readonly status: "never" | "always" | "open"
  /** Whether the conditions inside it have no flaws. */
  readonly isClean: boolean
}

/** When a condition is met, and when it is not refuted. */
interface Formulas {
  readonly met: Formula
  readonly notRefuted: Formula
}

/** Something wrong with a condition inside a rule, which need not keep the rule from being met. */
export interface Flaw {
  readonly path: Path
  readonly condition: Condition
  readonly kind: "redundant" | "never_met"
  /** What is wrong, as the predicate of a sentence: `is never met`. */
  readonly message: string
}

interface Context {
  readonly budget: Budget
  /** The flaws that were found. */
  readonly flaws: Array<Flaw>
  /** The conditions on items that are never or always met, as far as they have been inspected. */
  readonly items: Map<Condition, "never" | "always">
  readonly memory: PatternMemory
}

/** Inspects a rule by itself, with the flaws of the conditions inside it. */
export const inspectRule = (
  rule: Condition,
  path: Path,
  { budget, memory }: Pick<Context, "budget" | "memory">,
): Inspected & { readonly flaws: ReadonlyArray<Flaw> } => {
  const flaws: Array<Flaw> = []
  return { ...inspect(rule, path, { budget, flaws, items: new Map(), memory }), flaws }
}

const inspect = (condition: Condition, path: Path, context: Context): Inspected => {
  if ("all" in condition) return inspectJunction("all", condition.all, path, context)
  if ("any" in condition) return inspectJunction("any", condition.any, path, context)
  const { budget, items, memory } = context
  if ("not" in condition) {
    const isClean = isFlawless(inspectInner(condition.not, [...path, "not"], context))
    const formulas = formulasOf(condition, context)
    return { ...formulas, isClean, status: statusOf(formulas.met, budget) }
  }
  let isClean = true
  if ("item" in condition) {
    const item = inspectInner(condition.item, [...path, "item"], context)
    // An optional condition on items is met by an item without the field, even if no value meets it.
    const status = item.status === "open" ? "open" : statusOf(item.met, budget)
    if (status !== "open") items.set(condition.item, status)
    isClean = isFlawless(item)
  }
  // Limits that no value is within are wrong, though a missing field may meet an optional condition.
  const required = "optional" in condition ? { ...condition, optional: false } : condition
  const isNever = isEmpty(conditionRegion(required, { level: "met", isNegated: false, items, memory }))
  return { ...formulasOf(condition, context), isClean, status: isNever ? "never" : "open" }
}

/**
 * Inspects a condition inside another: that it is never or always met is a flaw there, unless that follows from a flaw
 * further inside.
 */
const inspectInner = (condition: Condition, path: Path, context: Context): Inspected => {
  const { flaws } = context
  const before = flaws.length
  const inspected = inspect(condition, path, context)
  const { isClean, status } = inspected
  if (status === "always" && isClean) {
    flaws.push({ path, condition, kind: "redundant", message: "is redundant: it is always met" })
  } else if (status === "never" && !flaws.slice(before).some(({ kind }) => kind === "never_met")) {
    flaws.push({ path, condition, kind: "never_met", message: neverMet(condition) })
  }
  return inspected
}

/** What is wrong with a condition that no value meets. */
export const neverMet = (condition: Condition): string =>
  "optional" in condition && condition.optional
    ? "is never met by a value, only by a missing field"
    : "is never met"

const isFlawless = ({ isClean, status }: Inspected): boolean => isClean && status === "open"

const inspectJunction = (
  kind: "all" | "any",
  conditions: ReadonlyArray<Condition>,
  path: Path,
  context: Context,
): Inspected => {
  const branches = conditions.map((condition, index): Branch => {
    const branchPath = [...path, kind, index]
    return { condition, path: branchPath, inspected: inspectInner(condition, branchPath, context) }
  })
  const tag = kind === "all" ? "All" : "Any"
  const formulas: Formulas = {
    met: { _tag: tag, parts: branches.map(({ inspected }) => inspected.met) },
    notRefuted: { _tag: tag, parts: branches.map(({ inspected }) => inspected.notRefuted) },
  }
  const isClean = branches.every(({ inspected }) => isFlawless(inspected))
  const status = statusOf(formulas.met, context.budget)
  if (isClean && status === "open") findRedundant(kind, branches, path, context)
  return { ...formulas, isClean, status }
}

const formulasOf = (condition: Condition, { items, memory }: Context): Formulas => ({
  met: formulaOf(condition, { level: "met", isNegated: false, items, memory }),
  notRefuted: formulaOf(condition, { level: "notRefuted", isNegated: false, items, memory }),
})

const statusOf = (met: Formula, budget: Budget): Inspected["status"] => {
  if (!new Facts(budget).add(met)) return "never"
  return new Facts(budget).imply(met) ? "always" : "open"
}

interface Branch {
  readonly condition: Condition
  readonly path: Path
  readonly inspected: Inspected
}

/** Finds the branches that the others imply, without those that imply them. */
const findRedundant = (
  kind: "all" | "any",
  branches: ReadonlyArray<Branch>,
  path: Path,
  { budget, flaws }: Context,
): void => {
  if (branches.length > maxBranches) return
  const rest = new Set(branches)
  const found: Array<Flaw> = []
  // From the last to the first: of two equal branches the second is redundant.
  for (const branch of branches.toReversed()) {
    rest.delete(branch)
    const others = Array.from(rest, ({ inspected }) => inspected)
    if (isRedundant(branch.inspected, others, kind, budget)) {
      const whole = [...path, kind].join(".")
      const message = `is redundant: ${whole} means the same without it`
      found.push({ path: branch.path, condition: branch.condition, kind: "redundant", message })
    } else rest.add(branch)
  }
  flaws.push(...found.toReversed())
}

const isRedundant = (
  own: Formulas,
  others: ReadonlyArray<Formulas>,
  kind: "all" | "any",
  budget: Budget,
): boolean => {
  if (others.length === 0 || !haveFieldInCommon(own, others)) return false
  return (["met", "notRefuted"] as const).every((level) => {
    const facts = new Facts(budget)
    const parts = others.map((formulas) => formulas[level])
    return kind === "all"
      ? facts.add({ _tag: "All", parts }) && facts.imply(own[level])
      : facts.add(own[level]) && facts.imply({ _tag: "Any", parts })
  })
}

/** Whether conditions are on the same fields, or on fields inside them. Most are not, which is quickly seen. */
const haveFieldInCommon = (own: Formulas, others: ReadonlyArray<Formulas>): boolean => {
  const fields = new Set(fieldsAndParents(own))
  return others.some((formulas) => fieldsAndParents(formulas).some((field) => fields.has(field)))
}

const fieldsAndParents = ({ met }: Formulas): ReadonlyArray<string> =>
  Array.from(fieldsOf(met)).flatMap((field) => {
    const parent = parentOf(field)
    return parent === undefined || parent === "." ? [field] : [field, parent]
  })
