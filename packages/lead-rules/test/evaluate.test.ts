import { assert, describe, it } from "@effect/vitest"
import { Result, Schema } from "effect"
import {
  compileRules,
  defaultRuleSet,
  evaluate as evaluateAt,
  type CompiledRuleSet,
  type Rule,
} from "@lead-gateway/lead-rules"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { explanationOf, nowMs, reasonOf, ruleSetOf } from "./support.ts"

const AnyJson = anyJson({
  keys: ["zipcode", "house", "is_owner"],
  texts: ["66000", "66999", "67000", "true"],
})

const rules = Result.getOrThrow(compileRules(defaultRuleSet))
const evaluate = (ruleSet: CompiledRuleSet, payload: unknown) => evaluateAt(ruleSet, payload, { nowMs })

describe("evaluate with the default rule set", () => {
  const lead = (zipcode: unknown, isOwner: unknown) => ({ zipcode, house: { is_owner: isOwner } })

  it.each<[string, unknown, string]>([
    ["a home owner in 66xxx", lead("66123", true), "accepted"],
    ["another area", lead("67123", true), "ZIP_NOT_66XXX"],
    ["a shorter zipcode", lead("6612", true), "ZIP_NOT_66XXX"],
    ["a longer zipcode", lead("661234", true), "ZIP_NOT_66XXX"],
    ["a line feed behind the zipcode", lead("66123\n", true), "ZIP_NOT_66XXX"],
    ["white space around the zipcode", lead(" 66123 ", true), "ZIP_NOT_66XXX"],
    ["digits of another script", lead("66١٢٣", true), "ZIP_NOT_66XXX"],
    ["a zipcode that is a number", lead(66123, true), "ZIP_NOT_66XXX"],
    ["a zipcode in a list", lead(["66123"], true), "ZIP_NOT_66XXX"],
    ["a zipcode that is false", lead(false, true), "ZIP_NOT_66XXX"],
    ["a zipcode that is null", lead(null, true), "MISSING_REQUIRED_FIELD"],
    ["a zipcode that is empty", lead("", true), "MISSING_REQUIRED_FIELD"],
    ["a zipcode that is blank", lead(" \t\u00a0", true), "MISSING_REQUIRED_FIELD"],
    ["no zipcode", { house: { is_owner: true } }, "MISSING_REQUIRED_FIELD"],
    ["no owner", lead("66123", false), "NOT_HOMEOWNER"],
    ["an owner who is a text", lead("66123", "true"), "NOT_HOMEOWNER"],
    ["an owner who is a number", lead("66123", 1), "NOT_HOMEOWNER"],
    ["an owner who is null", lead("66123", null), "MISSING_REQUIRED_FIELD"],
    ["an owner who is blank", lead("66123", " "), "MISSING_REQUIRED_FIELD"],
    ["no house", { zipcode: "66123" }, "MISSING_REQUIRED_FIELD"],
    ["a house that is a text", { zipcode: "66123", house: "is_owner" }, "MISSING_REQUIRED_FIELD"],
    ["a house in a list", { zipcode: "66123", house: [{ is_owner: true }] }, "MISSING_REQUIRED_FIELD"],
    ["a dotted key", { zipcode: "66123", "house.is_owner": true }, "MISSING_REQUIRED_FIELD"],
    ["both wrong: the first decides", lead("67123", false), "ZIP_NOT_66XXX"],
    ["the first wrong, the second missing", { zipcode: "67123" }, "ZIP_NOT_66XXX"],
    ["the first missing, the second wrong", { house: { is_owner: false } }, "MISSING_REQUIRED_FIELD"],
  ])("decides on %s", (_name, payload, expected) => {
    assert.strictEqual(reasonOf(evaluate(rules, payload)), expected)
  })

  it("names the rule that decided and what it saw", () => {
    const finding = {
      reason: "NOT_HOMEOWNER",
      rule: { index: 1, path: "rules.1", field: "house.is_owner" },
      explanation: "house.is_owner must be true, but is a text",
    }
    assert.deepStrictEqual(evaluate(rules, lead("66123", "yes")), {
      _tag: "Rejected",
      ...finding,
      findings: [{ ...finding, severity: "reject", actual: "a text", expected: "must be true" }],
      flags: [],
    })
  })

  it.each<[unknown, string]>([
    [66123, "is a number"],
    [JSON.parse("[1]"), "is a list"],
    [{}, "is an object"],
    [true, "is a boolean"],
    ["67123", "this text does not"],
    [null, "is null"],
    ["  ", "is blank"],
    [undefined, "is absent"],
  ])("explains a zipcode of %j by its kind", (zipcode, ending) => {
    assert.strictEqual(
      explanationOf(evaluate(rules, { zipcode })),
      `zipcode must match ^66\\d{3}$, but ${ending}`,
    )
  })

  it("gives verdicts that nobody can change, since many leads share them", () => {
    const verdict = evaluate(rules, lead("67123", true))
    assert.strictEqual(evaluate(rules, lead("12345", false)), verdict)
    const parts: ReadonlyArray<unknown> =
      verdict._tag === "Rejected"
        ? [verdict, verdict.rule, verdict.findings, verdict.findings[0], verdict.flags]
        : []
    assert.lengthOf(parts, 5)
    for (const part of [...parts, evaluate(rules, lead("66123", true))]) assert.isTrue(Object.isFrozen(part))
  })

  it("has a verdict at any time, and on payloads of any depth", () => {
    const dates = ruleSetOf(
      { field: "a", operator: "date", min_age: "18 years", reason: "A" },
      { field: "a", operator: "date", max_ahead: "5 minutes", reason: "B" },
    )
    for (const time of [Number.NaN, Infinity, -Infinity, 1e300, -1e18, 0]) {
      assert.strictEqual(evaluateAt(dates, { a: "2026-01-01" }, { nowMs: time })._tag, "Rejected")
    }
    let deep: unknown = "66123"
    for (let i = 0; i < 10_000; i++) deep = i % 2 === 0 ? [deep] : { deep }
    for (const values of ["hide", "show"] as const) {
      assert.strictEqual(
        reasonOf(evaluateAt(rules, { zipcode: deep, house: deep }, { nowMs, values })),
        "ZIP_NOT_66XXX",
      )
    }
  })

  it("has the same verdict whatever was asked before, also between two milliseconds", () => {
    const rule = { field: "a", operator: "date", max_age: "1 minute", reason: "A" } as const
    const lead = { a: "2026-01-01T00:00:00Z" }
    const due = Date.parse("2026-01-01T00:01:00Z")
    const asked = ruleSetOf(rule)
    assert.strictEqual(evaluateAt(asked, lead, { nowMs: due })._tag, "Accepted")
    assert.strictEqual(evaluateAt(asked, lead, { nowMs: due + 0.5 })._tag, "Rejected")
  })

  it("says of every rule and kind of value what is so of it, in whatever order it is asked", () => {
    const fields = ["a", "b", "c"]
    const rule = (field: string): Rule => ({
      field,
      operator: "equals",
      value: "x",
      reason: field.toUpperCase(),
    })
    const all = ruleSetOf(...fields.map(rule))
    const values = [undefined, null, " ", "y", 1, true, false, [], {}, "x"]
    const payloads = fields.flatMap((field, index) =>
      values.map((value) => ({
        ...Object.fromEntries(fields.slice(0, index).map((one) => [one, "x"])),
        [field]: value,
      })),
    )
    for (const payload of [...payloads, ...payloads.toReversed()]) {
      assert.deepStrictEqual(evaluate(all, payload), evaluate(ruleSetOf(...fields.map(rule)), payload))
    }
  })

  it("gives verdicts that nobody can change, since others may be given the same one", () => {
    const verdict = evaluate(ruleSetOf(...defaultRuleSet.rules), lead("10115", true))
    assert(verdict._tag === "Rejected")
    const [finding] = verdict.findings
    for (const part of [verdict, verdict.findings, verdict.flags, verdict.rule, finding]) {
      assert.isTrue(Object.isFrozen(part))
    }
    assert.isTrue(Object.isFrozen(evaluate(rules, lead("66123", true)).flags))
  })

  it("tells what flags of one lead, and not of the next one", () => {
    const flagging = ruleSetOf(
      { field: "a", operator: "present", reason: "NO_A", severity: "flag" },
      { field: "b", operator: "present", reason: "NO_B" },
    )
    const told = (payload: unknown) => {
      const verdict = evaluate(flagging, payload)
      return [reasonOf(verdict), verdict.flags.map(({ reason }) => reason)]
    }
    for (let i = 0; i < 2; i++) {
      assert.deepStrictEqual(told({}), ["NO_B", ["NO_A"]])
      assert.deepStrictEqual(told({ b: 1 }), ["accepted", ["NO_A"]])
      assert.deepStrictEqual(told({ a: 1 }), ["NO_B", []])
      assert.deepStrictEqual(told({ a: 1, b: 1 }), ["accepted", []])
    }
  })

  it("sees only own properties", () => {
    const inherited: unknown = Object.create(lead("66123", true))
    assert.strictEqual(reasonOf(evaluate(rules, inherited)), "MISSING_REQUIRED_FIELD")
    const polluting: unknown = JSON.parse(
      '{ "__proto__": { "zipcode": "66123", "house": { "is_owner": true } } }',
    )
    assert.strictEqual(reasonOf(evaluate(rules, polluting)), "MISSING_REQUIRED_FIELD")
  })

  it.prop(
    "agrees with the contract, read literally, on any zipcode and owner",
    [AnyJson.value, AnyJson.value],
    ([zipcode, owner]) => {
      const isMissing = (value: unknown) => value === null || (typeof value === "string" && !/\S/.test(value))
      const expected = isMissing(zipcode)
        ? "MISSING_REQUIRED_FIELD"
        : typeof zipcode !== "string" || !/^66\d{3}$/.test(zipcode)
          ? "ZIP_NOT_66XXX"
          : isMissing(owner)
            ? "MISSING_REQUIRED_FIELD"
            : owner === true
              ? "accepted"
              : "NOT_HOMEOWNER"
      assert.strictEqual(reasonOf(evaluate(rules, lead(zipcode, owner))), expected)
    },
    { arbitrary: { runs: 500 } },
  )

  it.prop("has a verdict on any JSON, and never changes it", [AnyJson.value], ([payload]) => {
    const before = JSON.stringify(payload)
    assert.include(["Accepted", "Rejected"], evaluate(rules, payload)._tag)
    assert.strictEqual(JSON.stringify(payload), before)
  })

  it.prop("explains without the value", [Schema.String], ([secret]) => {
    const marked = `<${secret}>`
    assert.notInclude(explanationOf(evaluate(rules, lead(marked, true))), marked)
    assert.notInclude(explanationOf(evaluate(rules, lead("66123", { [marked]: marked }))), marked)
  })
})

describe("fields", () => {
  const accepts = (field: string, payload: unknown) =>
    evaluate(ruleSetOf({ field, operator: "present" }), payload)._tag === "Accepted"

  it("reach into lists by index", () => {
    assert.isTrue(accepts("questions.0.answer", { questions: [{ answer: "yes" }] }))
    assert.isFalse(accepts("questions.1.answer", { questions: [{ answer: "yes" }] }))
    assert.isFalse(accepts("questions.00", { questions: ["yes"] }))
  })

  it("do not take the length of a list or the characters of a text for data", () => {
    assert.isFalse(accepts("questions.length", { questions: ["yes"] }))
    assert.isFalse(accepts("zipcode.0", { zipcode: "66123" }))
    assert.isTrue(accepts("roof.length", { roof: { length: 12 } }))
  })

  it("may be any key, odd ones too", () => {
    for (const key of ["__proto__", "constructor", "toString", " ", "\ud800", "größe"]) {
      assert.isFalse(accepts(key, {}), key)
      assert.isTrue(accepts(key, Object.fromEntries([[key, 1]])), key)
    }
  })

  it("do not reach into a number kept as text", () => {
    const rawNumber: unknown = JSON.rawJSON("12345678901234567890")
    assert.isTrue(accepts("id", { id: rawNumber }))
    assert.isFalse(accepts("id.rawJSON", { id: rawNumber }))
    assert.isTrue(accepts("id.rawJSON", { id: { rawJSON: "1" } }))
  })
})

describe("operators", () => {
  const verdictOn = (rule: Rule, value: unknown) => reasonOf(evaluate(ruleSetOf(rule), { a: value }))

  it("present: anything that is neither absent, null nor blank", () => {
    const rule: Rule = { field: "a", operator: "present" }
    for (const value of [false, 0, [], {}, "x"]) assert.strictEqual(verdictOn(rule, value), "accepted")
    for (const value of [undefined, null, "", "\n "]) {
      assert.strictEqual(verdictOn(rule, value), "MISSING_REQUIRED_FIELD")
    }
    assert.strictEqual(explanationOf(evaluate(ruleSetOf(rule), {})), "a must be present, but is absent")
  })

  it.prop(
    "equals: the same type and the same value",
    [Schema.Union([Schema.String, Schema.Finite, Schema.Boolean]), AnyJson.value],
    ([wanted, other]) => {
      const compiled = compileRules({
        version: "1",
        rules: [{ field: "a", operator: "equals", value: wanted, reason: "NO" }],
      })
      if (Result.isFailure(compiled)) return // a blank text, which is no value to ask for
      assert.strictEqual(reasonOf(evaluate(compiled.success, { a: wanted })), "accepted")
      assert.strictEqual(evaluate(compiled.success, { a: other })._tag === "Accepted", other === wanted)
      assert.strictEqual(reasonOf(evaluate(compiled.success, { a: [wanted] })), "NO")
    },
  )

  it("equals: a number kept as text is a number, and another one", () => {
    const rule: Rule = { field: "a", operator: "equals", value: 2 ** 64, reason: "NO" }
    const verdict = evaluate(ruleSetOf(rule), { a: JSON.rawJSON("12345678901234567890") })
    assert.strictEqual(explanationOf(verdict), "a must be 18446744073709552000, but this number is not")
  })

  it("pattern: searches, as RegExp.prototype.test does", () => {
    const texts = ["", "66123", "x66123x", "66123\n", "\n66123", "66", "ab", "a\nb", "ä", "\ud800", "AB"]
    for (const pattern of [
      "66\\d{3}",
      "^66",
      "123$",
      "^66\\d{3}$",
      "a.b",
      "(a|b)+",
      "^[^@]+$",
      "\\bab\\b",
      "[A-Z]",
    ]) {
      const rule: Rule = { field: "a", operator: "pattern", pattern, reason: "NO" }
      for (const text of texts.filter((text) => text.trim() !== "")) {
        const expected = new RegExp(pattern).test(text) ? "accepted" : "NO"
        assert.strictEqual(verdictOn(rule, text), expected, `${pattern} on ${JSON.stringify(text)}`)
      }
    }
  })

  it("pattern: takes time in proportion to the text, where a backtracking engine would never end", () => {
    const rule: Rule = { field: "a", operator: "pattern", pattern: "^(a+)+$", reason: "NO" }
    assert.strictEqual(verdictOn(rule, "a".repeat(500_000)), "accepted")
    assert.strictEqual(verdictOn(rule, `${"a".repeat(500_000)}!`), "NO")
  })

  it("pattern: does not try a text that is too long for a large pattern", () => {
    const rule: Rule = { field: "a", operator: "pattern", pattern: "(?:a|b)*a(?:a|b){990}", reason: "NO" }
    assert.strictEqual(verdictOn(rule, "a".repeat(20_000)), "accepted")
    assert.strictEqual(verdictOn(rule, "a".repeat(1_000_000)), "NO")
  })
})
