import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import { compile, defaultRuleSet, RuleSet } from "@lead-gateway/lead-rules"

describe("defaultRuleSet", () => {
  it("is the same as config/lead_rules.json", () => {
    const file = new URL("../../../config/lead_rules.json", import.meta.url)
    assert.deepStrictEqual(JSON.parse(readFileSync(file, "utf8")), defaultRuleSet)
  })

  it("compiles", () => {
    assert.isTrue(Result.isSuccess(compile(defaultRuleSet)))
  })
})

describe("RuleSet", () => {
  it.prop("describes rule sets that all compile, also after a journey as JSON", [RuleSet], ([ruleSet]) => {
    const journeyed: unknown = JSON.parse(JSON.stringify(ruleSet))
    assert.isTrue(Result.isSuccess(compile(journeyed)))
  })

  it("decodes what compile accepts", () => {
    assert.deepStrictEqual(Schema.decodeSync(RuleSet)(defaultRuleSet), defaultRuleSet)
  })
})
