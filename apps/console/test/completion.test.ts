import ruleSetSchema from "@lead-gateway/lead-rules/rule-set.schema.json" with { type: "json" }
import { assert, describe, it } from "vitest"
import { completionsAt } from "../web/completion.ts"

/** The proposals at the `|` of a rule set. */
const at = (text: string) => {
  const caret = text.indexOf("|")
  return completionsAt(ruleSetSchema, text.replace("|", ""), caret)
}

const texts = (text: string) => at(text)?.items.map((item) => item.text) ?? []

describe("completion by a JSON Schema", () => {
  it("proposes the names that an object lacks", () => {
    assert.deepStrictEqual(texts('{ "version": "1", |'), ['"$schema": ', '"looks_at": ', '"rules": '])
  })

  it("proposes names that begin with what is typed, and replaces that", () => {
    assert.deepStrictEqual(at('{ "ver|'), {
      from: 2,
      items: [
        {
          text: '"version": ',
          description: "Names this rule set, so that a lead can remember what decided on it.",
        },
      ],
    })
  })

  it("proposes the values that a member may have", () => {
    assert.deepStrictEqual(texts('{ "looks_at": |'), ['"raw"', '"normalized"'])
    assert.deepStrictEqual(texts('{ "looks_at": "n|"'), ['"normalized"'])
    assert.include(texts('{ "rules": [{ "field": "zipcode", "operator": "p|'), '"pattern"')
    assert.deepStrictEqual(texts('{ "rules": [{ "operator": "pattern", "optional": t|'), ["true"])
  })

  it("knows by the members before which form of an object is meant", () => {
    const names = texts('{ "rules": [{ "field": "zipcode", "operator": "pattern", |')
    assert.include(names, '"pattern": ')
    assert.notInclude(names, '"value": ')
    assert.include(texts('{ "rules": [{ "field": "zipcode", "operator": "equals", |'), '"value": ')
  })

  it("goes into nested conditions, and past what was closed", () => {
    assert.include(
      texts('{ "rules": [{ "all": [{ "field": "a", "operator": "present" }, { "fi|'),
      '"field": ',
    )
  })

  it("proposes nothing where nothing can stand, and survives every prefix of a document", () => {
    assert.deepStrictEqual(texts('{ "version" |'), [])
    assert.deepStrictEqual(texts('{ "version": "1" |'), [])
    const whole =
      '{ "version": "a\\"b", "rules": [{ "not": { "field": "x", "operator": "equals", "value": -1.5e3 } }, {}] }'
    for (let end = 0; end <= whole.length; end++) completionsAt(ruleSetSchema, whole.slice(0, end), end)
  })
})
