import { Formatter, Predicate, SchemaIssue } from "effect"
import { Rule } from "../RuleSet.ts"
import type { Mistake } from "../RuleSetInvalid.ts"
import { abbreviate } from "./words.ts"

/** Every mistake that the schema found, in the words of a rule set's author. */
export const mistakesOf = (json: unknown, issue: SchemaIssue.Issue): ReadonlyArray<Mistake> =>
  format(issue).issues.map(({ path = [], message }) => {
    const keys = path.map(String)
    const found = keys.reduce(childOf, json)
    return isRule(keys, found)
      ? mistake([...keys, "operator"], childOf(found, "operator"), operators)
      : mistake(keys, found, message.replace(/^Expected /, ""))
  })

/** A mistake of a rule as a whole is that of its operator: no kind of rule has it. */
const isRule = (keys: ReadonlyArray<string>, found: unknown): boolean =>
  keys.length === 2 && keys[0] === "rules" && Predicate.isObject(found)

const operators = Rule.members.map(({ fields }) => JSON.stringify(fields.operator.literal)).join(" or ")

const mistake = (keys: ReadonlyArray<string>, found: unknown, allowed: string): Mistake => ({
  path: keys.join("."),
  found: found === undefined ? "nothing" : abbreviate(Formatter.format(found)),
  allowed,
})

const format = SchemaIssue.makeFormatterStandardSchemaV1({
  leafHook: (issue) => {
    if (issue._tag === "MissingKey") return "a value: the key is required"
    if (issue._tag === "UnexpectedKey" && issue.ast._tag === "Objects") {
      return `no key but ${issue.ast.propertySignatures.map(({ name }) => String(name)).join(", ")}`
    }
    return SchemaIssue.defaultLeafHook(issue)
  },
})

const childOf = (value: unknown, key: string): unknown =>
  Predicate.isObjectOrArray(value) && Object.hasOwn(value, key) ? Reflect.get(value, key) : undefined
