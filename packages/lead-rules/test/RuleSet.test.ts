import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { compileRules, compileRulesOrThrow, defaultRuleSet } from "@lead-gateway/lead-rules"
import { makeReport } from "@lead-gateway/document-check"
import { jsonSchemaOf, testJsonSchema } from "@lead-gateway/testkit/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Result, Schema } from "effect"
import { checkDocument } from "../src/internal/checkDocument.ts"
import { RuleSet } from "@lead-gateway/lead-rules/schema"

const folder = new URL("..", import.meta.url)

testJsonSchema({
  folder,
  file: "rule-set.schema.json",
  title: "Rule set of @lead-gateway/lead-rules",
  schema: RuleSet,
})

describe("defaultRuleSet", () => {
  it("is the same as config/lead_rules.json, but for the key that editors look at", () => {
    const file = new URL("../../config/lead_rules.json", folder)
    const { $schema: _, ...document } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>
    assert.deepStrictEqual(document, structuredClone<object>(defaultRuleSet))
  })

  it("differs from config/lead_rules.normalized.json in the version and the payload that is looked at", () => {
    const file = new URL("../../config/lead_rules.normalized.json", folder)
    const { $schema: _, ...document } = JSON.parse(readFileSync(file, "utf8")) as Record<string, unknown>
    assert.deepStrictEqual(
      document,
      structuredClone<object>({ ...defaultRuleSet, version: "normalized-1", looks_at: "normalized" }),
    )
    assert.strictEqual(compileRulesOrThrow(document).looksAt, "normalized")
  })

  it("compiles", () => {
    assert.isTrue(Result.isSuccess(compileRules(defaultRuleSet)))
  })
})

describe("RuleSet", () => {
  const isRuleSet = new Ajv2020({ allErrors: true, strictTypes: false }).compile(
    jsonSchemaOf({ title: "", schema: RuleSet }),
  )

  /** What no schema says: two keys that exclude each other, one of several that has to be there, shared ids. */
  const beyondSchemas =
    /^(at least min|more than|not before from|a condition with at least one of the keys|an id of its own|a number with all its digits)/

  it.prop(
    "describes rule sets that have no mistakes but those which no schema can say; also after a journey as JSON",
    [RuleSet],
    ([ruleSet]) => {
      const { diagnostics, report } = makeReport()
      checkDocument(JSON.parse(JSON.stringify(ruleSet)), report)
      for (const { expected } of diagnostics) assert.match(expected, beyondSchemas)
    },
  )

  it.prop("is published as a JSON Schema that accepts what compileRules accepts", [RuleSet], ([ruleSet]) => {
    assert.isTrue(isRuleSet(JSON.parse(JSON.stringify(ruleSet))), JSON.stringify(isRuleSet.errors))
  })

  it("decodes what compileRules accepts", () => {
    assert.deepStrictEqual(Schema.decodeSync(RuleSet)(defaultRuleSet), defaultRuleSet)
  })

  it.each([
    ["an unknown operator", { field: "a", operator: "matches", reason: "X" }],
    ["the key of another operator", { field: "a", operator: "present", pattern: "x" }],
    ["a misspelt key deep inside", { any: [{ not: { feild: "a", operator: "present" } }], reason: "X" }],
    ["an empty list", { any: [], reason: "X" }],
    ["a reason that is no code", { field: "a", operator: "absent", reason: "no" }],
    ["no reason", { field: "a", operator: "absent" }],
  ])("is published as a JSON Schema that refuses %s, as compileRules does", (_name, rule) => {
    const document = { version: "1", rules: [rule] }
    assert.isFalse(isRuleSet(document))
    assert.isTrue(Result.isFailure(compileRules(document)))
  })
})
