import type { Path, Report } from "@lead-gateway/document-check"
import { reportIssue } from "@lead-gateway/document-check/schema"
import { get, isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import * as Schema from "effect/Schema"
import { conditionKeys, type FieldCondition } from "../Condition.ts"
import { expectedRule, ruleKeys } from "../Rule.ts"
import { expectedRuleSet, ruleSetKeys } from "../RuleSet.ts"
import { definitionOf, quantifierDefinitions } from "./operators/table.ts"
import { expectedOperator } from "./suggest.ts"

/** The deepest nesting of conditions. */
const maxDepth = 32

/** Reports what is wrong with one object, apart from the conditions inside it, and returns whether nothing is. */
type Check = (json: unknown, path: Path, report: Report) => boolean

/**
 * Reports everything that is wrong with the form of a rule set, each at its key.
 *
 * Checks each condition with the schema of its operator: a schema of all operators would say of a misspelt key that
 * the rule is none of twenty kinds.
 */
export const checkDocument = (json: unknown, report: Report): void => {
  checkRuleSet(json, [], report)
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
  readonly checks: ReadonlyMap<string, Check>
  readonly expected: string
}

const checkMember = (json: unknown, path: Path, members: Members, depth: number, report: Report): void => {
  if (!isJsonObject(json)) return report(path, json, members.expected)
  if (depth > maxDepth) return report(path, json, `at most ${maxDepth} conditions inside each other`)
  const operator = get(json, "operator")
  const name = Object.hasOwn(json, "operator") ? operator : junctions.find((key) => Object.hasOwn(json, key))
  const check = typeof name === "string" && !isJunction(operator) ? members.checks.get(name) : undefined
  if (check === undefined) return report([...path, "operator"], operator, expectedOperator(operator))
  if (check(json, path, report)) checkLimits(json, path, report)
  for (const [child, inner] of childrenOf(json, name)) {
    checkMember(child, [...path, ...inner], conditionMembers, depth + 1, report)
  }
}

/** Reports what no schema can say about a condition that is right by its schema. */
const checkLimits = (json: JsonObject, path: Path, report: Report): void => {
  if (!Object.hasOwn(json, "operator") || isQuantifier(get(json, "operator"))) return
  const condition = json as JsonObject & FieldCondition
  definitionOf(condition).checkLimits(condition, (inner, actual, expected) =>
    report([...path, ...inner], actual, expected),
  )
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

const checkOf = (fields: Schema.Struct.Fields, expected?: string): Check => {
  const struct = Schema.Struct(fields) as Schema.Top as Schema.Codec<unknown>
  const decode = Schema.decodeUnknownResult(
    expected === undefined ? struct : struct.annotate({ message: `Expected ${expected}` }),
    { errors: "all", onExcessProperty: "error" },
  )
  return (json, path, report) => {
    const decoded = decode(json)
    if (Result.isSuccess(decoded)) return true
    reportIssue(
      (inner, actual, expected) => report([...path, ...inner], actual, expected),
      json,
      decoded.failure.issue,
    )
    return false
  }
}

const checksOf = (keys: Readonly<Record<string, Schema.Struct.Fields>>): Members["checks"] =>
  new Map(Object.entries(keys).map(([name, fields]) => [name, checkOf(fields)]))

const checkRuleSet = checkOf(ruleSetKeys(Schema.Unknown), expectedRuleSet)

const ruleMembers: Members = { checks: checksOf(ruleKeys(Schema.Unknown)), expected: expectedRule }

const conditionMembers: Members = {
  checks: checksOf(conditionKeys(Schema.Unknown)),
  expected: "a condition: an object with an operator, or with all, any or not",
}
