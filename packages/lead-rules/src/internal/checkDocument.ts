import { documentProblem, type Path, read, type Report, Shape } from "@lead-gateway/document-check"
import { get, isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { type Condition, conditionKeys, expectedCondition, type FieldCondition } from "../Condition.ts"
import { expectedRule, ruleKeys, type RuleSet, ruleSetOf } from "../RuleSet.ts"
import { definitionOf, fieldDefinitions, quantifierDefinitions } from "./operators/table.ts"
import { sizeOfPattern } from "./pattern/Pattern.ts"

/** The deepest nesting of conditions. */
const maxDepth = 32

/**
 * Reports everything that is wrong with the form of a rule set, each at its key.
 *
 * Checks each condition with the shape of its operator: a shape of all operators would say of a misspelt key that the
 * rule is none of twenty kinds.
 */
export const checkDocument = (json: unknown, report: Report): void => {
  const problem = documentProblem(json)
  if (problem !== undefined) return report([], json, problem)
  read(ruleSetShape, json, report)
  const rules = isJsonObject(json) ? get(json, "rules") : undefined
  if (!Array.isArray(rules)) return
  const ids = new Map<string, number>()
  for (const [index, rule] of (rules as ReadonlyArray<unknown>).entries()) {
    checkMember(rule, ["rules", index], ruleMembers, 1, report)
    const id = isJsonObject(rule) ? get(rule, "id") : undefined
    if (typeof id !== "string") continue
    const other = ids.get(id)
    if (other === undefined) ids.set(id, index)
    else report(["rules", index, "id"], id, `an id of its own: rules.${other} has this one`)
  }
}

/** Kinds of object, by operator or by the key that joins conditions. */
interface Members {
  readonly shapes: ReadonlyMap<string, Shape.Shape<unknown>>
  readonly expected: string
}

const checkMember = (json: unknown, path: Path, members: Members, depth: number, report: Report): void => {
  if (!isJsonObject(json)) return report(path, json, members.expected)
  if (depth > maxDepth) return report(path, json, `at most ${maxDepth} conditions inside each other`)
  const operator = get(json, "operator")
  const name = Object.hasOwn(json, "operator") ? operator : junctions.find((key) => Object.hasOwn(json, key))
  const shape = typeof name === "string" && !isJunction(operator) ? members.shapes.get(name) : undefined
  if (shape === undefined) return report([...path, "operator"], operator, expectedOperator(operator))
  const reportInside: Report = (inner, actual, expected) => report([...path, ...inner], actual, expected)
  if (read(shape, json, reportInside) !== undefined) checkLimits(json, reportInside)
  for (const [child, inner] of childrenOf(json, name)) {
    checkMember(child, [...path, ...inner], conditionMembers, depth + 1, report)
  }
}

/** Reports what no shape says about a condition that is right by its shape. */
const checkLimits = (json: JsonObject, report: Report): void => {
  if (!Object.hasOwn(json, "operator") || isQuantifier(get(json, "operator"))) return
  const condition = json as JsonObject & FieldCondition
  definitionOf(condition).checkLimits(condition, report)
}

/** The conditions inside another, each with its path. */
const childrenOf = (json: JsonObject, name: unknown): ReadonlyArray<readonly [unknown, Path]> => {
  const key = isQuantifier(name) ? "item" : name
  if ((key !== "item" && !isJunction(key)) || !Object.hasOwn(json, key)) return []
  const inside: unknown = get(json, key)
  if (key === "not" || key === "item") return [[inside, [key]]]
  if (!Array.isArray(inside)) return []
  return (inside as ReadonlyArray<unknown>).map((child, index) => [child, [key, index]])
}

const junctions: ReadonlyArray<string> = ["all", "any", "not"]
const isJunction = (name: unknown): name is string => typeof name === "string" && junctions.includes(name)
const isQuantifier = (name: unknown): boolean =>
  typeof name === "string" && Object.hasOwn(quantifierDefinitions, name)

const membersOf = (keys: Readonly<Record<string, Shape.Fields>>, expected: string): Members => ({
  shapes: new Map(Object.entries(keys).map(([name, fields]) => [name, Shape.object(fields, { expected })])),
  expected,
})

/** Conditions inside another are checked by themselves. */
const anyCondition = Shape.annotate(Shape.unknown(), { expected: expectedCondition })

const ruleSetShape = ruleSetOf(Shape.unknown())

const ruleMembers = membersOf(ruleKeys(anyCondition), expectedRule)

const conditionMembers = membersOf(conditionKeys(anyCondition), expectedCondition)

const definitions = Object.entries({ ...fieldDefinitions, ...quantifierDefinitions })

const names = definitions.map(([name]) => name)

/** The operators by the names that other rule languages give them. */
const aliases = new Map(definitions.flatMap(([name, { aliases }]) => aliases.map((alias) => [alias, name])))

/** What an unknown operator is told to be: one of all operators, and the one that was probably meant. */
const expectedOperator = (actual: unknown): string => {
  const all = `${names.map((name) => `"${name}"`).join(" or ")}; or all, any or not in its place`
  const meant = typeof actual === "string" ? nearestTo(actual.toLowerCase()) : undefined
  return meant === undefined ? all : `${all} (did you mean "${meant}"?)`
}

const nearestTo = (actual: string): string | undefined => {
  const alias = aliases.get(actual)
  if (alias !== undefined) return alias
  if (actual.length > 20) return undefined
  const spelled = actual.replaceAll(/[ -]/g, "_")
  return names
    .map((name) => ({ name, distance: distanceOf(name, spelled) }))
    .filter(({ name, distance }) => distance <= (name.length < 5 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)[0]?.name
}

/** The edit distance (Levenshtein). */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}

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
