import { type Path, type Report, reportIssue } from "@lead-gateway/document-check"
import { get, isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { Result, Schema } from "effect"
import { type Condition, conditionKeys } from "../Condition.ts"
import { ruleKeys, ruleWords } from "../Rule.ts"
import { ruleSetKeys, ruleSetWords } from "../RuleSet.ts"
import { reportLimits } from "./limits.ts"
import { operatorWords } from "./suggest.ts"

/** The most conditions inside each other. */
const maxDepth = 32

/** Reports what is wrong with one object by itself, and says whether it is right. */
type Check = (json: unknown, path: Path, report: Report) => boolean

/**
 * Reports every mistake in a rule set, each at the key that is wrong.
 *
 * Walks through the conditions with the schemas of their operators, one at a time: a schema of them all would say
 * of a misspelt key that it is no rule of twenty kinds.
 */
export const reportMistakes = (json: unknown, report: Report): void => {
  checkRuleSet(json, [], report)
  const rules = isJsonObject(json) ? get(json, "rules") : undefined
  if (!Array.isArray(rules)) return
  const ids = new Map<string, number>()
  for (const [index, rule] of (rules as ReadonlyArray<unknown>).entries()) {
    reportMember(rule, ["rules", index], ruleMembers, 1, report)
    const id = isJsonObject(rule) ? get(rule, "id") : undefined
    if (typeof id !== "string") continue
    const other = ids.get(id)
    if (other === undefined) ids.set(id, index)
    else report(["rules", index, "id"], id, `an id of its own: rules.${other} has this one`)
  }
}

/** Objects that are told apart by their operator, or by what joins conditions. */
interface Members {
  readonly checks: ReadonlyMap<string, Check>
  readonly words: string
}

const reportMember = (json: unknown, path: Path, members: Members, depth: number, report: Report): void => {
  if (!isJsonObject(json)) return report(path, json, members.words)
  if (depth > maxDepth) return report(path, json, `at most ${maxDepth} conditions inside each other`)
  const operator = get(json, "operator")
  const name = Object.hasOwn(json, "operator") ? operator : junctions.find((key) => Object.hasOwn(json, key))
  const check = typeof name === "string" && !isJunction(operator) ? members.checks.get(name) : undefined
  if (check === undefined) return report([...path, "operator"], operator, operatorWords(operators, operator))
  if (check(json, path, report)) reportLimits(json as JsonObject & Condition, path, report)
  for (const [child, inner] of childrenOf(json, name)) {
    reportMember(child, [...path, ...inner], conditionMembers, depth + 1, report)
  }
}

/** The conditions that one holds, and the way to each. */
const childrenOf = (json: JsonObject, name: unknown): ReadonlyArray<readonly [unknown, Path]> => {
  const key = name === "some_item" || name === "every_item" ? "item" : name
  if ((key !== "item" && !isJunction(key)) || !Object.hasOwn(json, key)) return []
  const held: unknown = get(json, key)
  if (key === "not" || key === "item") return [[held, [key]]]
  if (!Array.isArray(held)) return []
  return (held as ReadonlyArray<unknown>).map((child, index) => [child, [key, index]])
}

const junctions: ReadonlyArray<string> = ["all", "any", "not"]
const isJunction = (name: unknown): name is string => typeof name === "string" && junctions.includes(name)

const checkOf = (fields: Schema.Struct.Fields, words?: string): Check => {
  const struct = Schema.Struct(fields) as Schema.Top as Schema.Codec<unknown>
  const decode = Schema.decodeUnknownResult(
    words === undefined ? struct : struct.annotate({ message: `Expected ${words}` }),
    { errors: "all", onExcessProperty: "error" },
  )
  return (json, path, report) => {
    const decoded = decode(json)
    if (Result.isSuccess(decoded)) return true
    reportIssue(
      (inner, found, allowed) => report([...path, ...inner], found, allowed),
      json,
      decoded.failure.issue,
    )
    return false
  }
}

const checksOf = (keys: Readonly<Record<string, Schema.Struct.Fields>>): Members["checks"] =>
  new Map(Object.entries(keys).map(([name, fields]) => [name, checkOf(fields)]))

const checkRuleSet = checkOf(ruleSetKeys(Schema.Unknown), ruleSetWords)

const ruleMembers: Members = { checks: checksOf(ruleKeys(Schema.Unknown)), words: ruleWords }

const conditionMembers: Members = {
  checks: checksOf(conditionKeys(Schema.Unknown)),
  words: "a condition: an object with an operator, or with all, any or not",
}

/** The names of the operators, without what joins conditions. */
const operators = Array.from(ruleMembers.checks.keys()).filter((name) => !isJunction(name))
