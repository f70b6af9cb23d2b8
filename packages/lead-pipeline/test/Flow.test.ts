import { assert, describe, it } from "@effect/vitest"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { nestedTemplate } from "@lead-gateway/attribute-mapper"
import { compileFlow, Flow } from "@lead-gateway/lead-pipeline"
import { Result } from "effect"
import { compiled, decideOn, source, valid } from "./world.ts"

const wrong = { rules: { rules: 1 }, profile: [], mapping: { a: 1 }, template: null }

describe("compileFlow", () => {
  it("reports the diagnostics of every part at once", () => {
    const flow = compileFlow({ ...source, ...wrong })
    assert(Result.isFailure(flow))
    assert.deepStrictEqual([...new Set(flow.failure.diagnostics.map(({ part }) => part))], [...Flow.parts])
  })

  it("reports path, actual and expected value of each diagnostic", () => {
    const flow = compileFlow({ ...source, mapping: { a: 1 } })
    assert(Result.isFailure(flow))
    const [diagnostic] = flow.failure.diagnostics
    assert(diagnostic !== undefined)
    const { actual, expected, message, part, path } = diagnostic
    assert.deepStrictEqual([part, path, actual], ["mapping", "a", "1"])
    assert.strictEqual(message, `a: found 1, expected ${expected}`)
  })

  it("names the part on every line of its message", () => {
    const flow = compileFlow({ ...source, rules: { rules: 1 }, template: { a: { $fields: "b" } } })
    assert.strictEqual(
      Result.isFailure(flow) && flow.failure.message,
      "rules: version: found nothing, expected a text that is not blank; the key is required\n" +
        "rules: rules: found 1, expected a list of at most 10000 rules\n" +
        'template: a.$fields: found "b", expected no directive but $field, $constant, $meta, $attribute, $item, $text, $attributes, $each, $literal',
    )
  })

  it("tells of the parts that are wrong, and of no other", () => {
    for (const part of Flow.parts) {
      const flow = compileFlow({ ...source, [part]: wrong[part] })
      assert(Result.isFailure(flow))
      assert.deepStrictEqual(
        [...new Set(flow.failure.diagnostics.map((diagnostic) => diagnostic.part))],
        [part],
      )
    }
  })

  it("keeps versions and constants, of each flow its own", () => {
    const versions = { rules: "1", profile: "2", mapping: "3", template: "4" }
    const constants = { "product.name": "roof" }
    const other = compiled({ ...source, template: nestedTemplate, constants, versions })
    assert.deepStrictEqual(other.versions, versions)
    assert.deepStrictEqual(other.constants, constants)
    assert.deepStrictEqual(compiled(source).versions, source.versions)
  })

  it("has warnings about what can hardly be meant, and decides all the same", () => {
    assert.deepStrictEqual(compiled(source).warnings, [])
    const rule = { field: "zipcode", operator: "present" }
    const flow = compiled({ ...source, rules: { version: "1", rules: [rule, rule] } })
    assert.deepStrictEqual(flow.warnings, [
      { part: "rules", message: "rules.1 is redundant: whatever meets rules.0 meets it" },
    ])
    assert.strictEqual(decideOn(valid, flow)._tag, "Ready")
  })

  it("refuses a template that names what the flow does not have", () => {
    const template = {
      a: { $constant: "product.colour" },
      b: { $meta: "price" },
      c: { $attribute: "solar_colour" },
    }
    const flow = compileFlow({ ...source, template })
    assert(Result.isFailure(flow))
    const lines = flow.failure.message.split("\n").map((line) => line.split(",")[0])
    assert.deepStrictEqual(lines, [
      'template: a.$constant: found "product.colour"',
      'template: b.$meta: found "price"',
      'template: c.$attribute: found "solar_colour"',
    ])
  })

  it.prop("has an answer to any documents", [anyJson().value], ([json]) => {
    for (const part of Flow.parts) {
      const flow = compileFlow({ ...source, [part]: json })
      if (Result.isFailure(flow)) assert.match(flow.failure.message, new RegExp(`^${part}: `))
    }
  })
})
