import mappingSchema from "@lead-gateway/attribute-mapper/mapping.schema.json" with { type: "json" }
import templateSchema from "@lead-gateway/attribute-mapper/template.schema.json" with { type: "json" }
import ruleSetSchema from "@lead-gateway/lead-rules/rule-set.schema.json" with { type: "json" }
import profileSchema from "@lead-gateway/normalizer/profile.schema.json" with { type: "json" }
import { readFileSync } from "node:fs"
import { assert, describe, it } from "vitest"
import { diagnose, refusals } from "../web/diagnose.ts"
import { JsonMistake, parseTree, valueOf } from "../web/jsonTree.ts"

const shipped = (name: string) => readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8")

const problems = (text: string, schema: Parameters<typeof diagnose>[1] = ruleSetSchema) =>
  diagnose(text, schema).problems.map(({ column, line, message }) => `${line}:${column} ${message}`)

describe("a draft's text", () => {
  const text = JSON.stringify(
    { a: [1, -2.5e3, 'x\\" \n ü', true, null, {}, []], "": { b: false } },
    undefined,
    1,
  )

  it("is JSON exactly if the platform says so, with the same value", () => {
    const changed = Array.from({ length: text.length }, (_, at) => at).flatMap((at) => [
      text.slice(0, at),
      text.slice(0, at) + text.slice(at + 1),
      ...[",", '"', "}", "0", "-", "\\", "\u0001"].map((one) => text.slice(0, at) + one + text.slice(at)),
    ])
    for (const one of [
      text,
      "1",
      " [] ",
      "01",
      "1.",
      "+1",
      "tru",
      "'a'",
      "",
      "[1,]",
      '{"a":1,}',
      ...changed,
    ]) {
      const tree = parseTree(one)
      let expected: unknown
      try {
        expected = JSON.parse(one)
      } catch {
        assert.instanceOf(tree, JsonMistake, one)
        continue
      }
      if (tree instanceof JsonMistake) assert.fail(`${one}: ${tree.message}`)
      assert.deepStrictEqual(valueOf(tree), expected, one)
    }
  })

  it("keeps the digits of long numbers", () => {
    const tree = parseTree('{ "id": 12345678901234567890, "small": 0.10 }')
    assert.isFalse(tree instanceof JsonMistake)
    assert.strictEqual(JSON.stringify(valueOf(tree as never)), '{"id":12345678901234567890,"small":0.10}')
  })
})

describe("the problems of a draft", () => {
  it("are none of the documents that ship", () => {
    for (const [file, schema] of [
      ["lead_rules.json", ruleSetSchema],
      ["lead_rules.normalized.json", ruleSetSchema],
      ["normalizer_profile.json", profileSchema],
      ["customer_attribute_mapping.json", mappingSchema],
      ["customer_payload_template.json", templateSchema],
    ] as const) {
      assert.deepStrictEqual(problems(shipped(file), schema), [], file)
    }
  })

  it("say where a text stops being JSON, and what is missing there", () => {
    assert.deepStrictEqual(problems('{\n  "version": "1",\n  "rules": []\n'), [
      "4:1 Not JSON: a , or a } is missing.",
    ])
    assert.deepStrictEqual(problems('{ "version": "1", }'), [
      "1:19 Not JSON: the , before this } is one too many.",
    ])
    assert.deepStrictEqual(problems("{ 'version': 1 }").length, 1)
  })

  it("are unknown names, wrong types, what is missing and values that are not allowed", () => {
    assert.deepStrictEqual(problems('{ "version": 1, "looks_at": "x", "rulez": [] }'), [
      '1:1 lacks "rules". They run in this order and the first that is unmet decides; a set without rules accepts everything',
      "1:14 version: must be a text, not a number. Names this rule set, so that a lead can remember what decided on it",
      '1:29 looks_at: must be one of "raw", "normalized"',
      '1:34 "rulez" is not known here: allowed are "$schema", "rules" too',
    ])
  })

  it("are those of the form that is meant, where a value may have several", () => {
    const rule = (text: string) => problems(`{ "version": "1", "rules": [${text}] }`)
    const [wrongOperator = "", ...others] = rule('{ "field": "a", "operator": "matches", "reason": "X" }')
    assert.match(wrongOperator, /^1:57 rules\.0\.operator: must be one of "present", .*"pattern"/)
    assert.deepStrictEqual(others, [])
    assert.match(
      rule('{ "field": "a", "operator": "pattern", "reason": "X" }').join("\n"),
      /^1:29 rules\.0: lacks "pattern"\. [^\n]*$/,
    )
    assert.match(
      rule(
        '{ "any": [{ "field": "a", "operator": "present" }, { "field": "b", "operator": "range", "min": "5" }], "reason": "X" }',
      ).join("\n"),
      /^1:\d+ rules\.0\.any\.1\.min: must be a number, not a text[^\n]*$/,
    )
  })

  it("are names that are there twice", () => {
    assert.deepStrictEqual(problems('{ "version": "1", "version": "2", "rules": [] }'), [
      '1:19 "version" is here twice: only one of its values would count',
    ])
  })
})

describe("what the gateway refuses of a draft", () => {
  const text = '{ "version": "1",\n  "rules": [{ "field": "a",\n    "operator": "matches", "reason": "X" }] }'

  it("stands where its path leads, also where something is missing", () => {
    const lines = [
      'rules: rules.0.operator: found "matches", expected "pattern"',
      "rules: rules.0.pattern: found nothing, expected a text",
      "rules: rule set: found 1, expected an object",
      "mapping: a: found 1, expected an object",
      "and 3 more",
    ]
    assert.deepStrictEqual(
      refusals(lines.join("\n"), "rules", text).map(({ column, line, message }) => [line, column, message]),
      [
        [3, 17, 'rules.0.operator: found "matches", expected "pattern"'],
        [2, 13, "rules.0.pattern: found nothing, expected a text"],
        [1, 1, "rule set: found 1, expected an object"],
        [undefined, undefined, "mapping: a: found 1, expected an object"],
        [undefined, undefined, "and 3 more"],
      ],
    )
  })

  it("may be at a name with a dot", () => {
    const [problem] = refusals(
      "mapping: a.b.values: found 1, expected a list",
      "mapping",
      '{ "a": 1,\n "a.b": { "values": 1 } }',
    )
    assert.deepInclude(problem, { line: 2, column: 21 })
  })
})
