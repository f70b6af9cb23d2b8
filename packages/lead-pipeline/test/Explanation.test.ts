import { assert, describe, it } from "@effect/vitest"
import { explain, type Explanation, printExplanation } from "@lead-gateway/lead-pipeline"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { defaultProfile } from "@lead-gateway/normalizer"
import { AnyPayload, compiled, decideOn, source, valid } from "./world.ts"

const flow = compiled({
  ...source,
  rules: {
    version: "1",
    rules: [
      { field: "zipcode", operator: "pattern", pattern: "^66", reason: "TOO_FAR", message: "Too far away." },
      { field: "house.is_owner", operator: "equals", value: true, reason: "NOT_HOMEOWNER" },
      {
        field: "source",
        operator: "equals",
        value: "web",
        optional: true,
        reason: "ODD_SOURCE",
        severity: "flag",
      },
    ],
  },
})

const explained = (payload: JsonObject, values: "hide" | "show" = "show") =>
  explain(flow, { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }, { values })

const printed = (explanation: Explanation) => printExplanation(explanation).split("\n")

const step = (explanation: Explanation, name: string) =>
  explanation.steps.find((step) => step.step === name) ?? assert.fail(name)

describe("explain", () => {
  it("tells of a ready lead every step, with its values where they are asked for", () => {
    const explanation = explained({ ...valid, solar_usage: "Heizung", source: "fair" })
    assert.deepInclude(explanation, { decision: "Ready", reason: null })
    assert.deepStrictEqual(
      explanation.steps.map(({ step, version }) => [step, version]),
      [
        ["rules", "r"],
        ["normalise", "p"],
        ["map", "m"],
        ["payload", "t"],
      ],
    )
    assert.deepInclude(step(explanation, "rules"), { met: 2, findings: [] })
    assert.deepInclude(step(explanation, "normalise"), {
      changes: [
        { path: "email", kind: "email", before: " Customer@Example.com", after: "customer@example.com" },
        { path: "phone", kind: "phone", before: "0171 2345678", after: "+491712345678" },
      ],
    })
    assert.deepInclude(step(explanation, "map"), {
      sent: ["solar_energy_consumption", "solar_offer_type", "source"],
      omitted: [{ name: "solar_usage", reason: "not_an_allowed_value", value: "Heizung" }],
    })
    assert.deepInclude(step(explanation, "payload"), { missing: [], left_out: [] })
  })

  it("finds every rule that a rejected lead breaks, and stops there", () => {
    const explanation = explained({ zipcode: "10115", house: { is_owner: false }, source: "fair" })
    assert.deepInclude(explanation, { decision: "Rejected", reason: "TOO_FAR" })
    assert.lengthOf(explanation.steps, 1)
    const rules = step(explanation, "rules")
    assert(rules.step === "rules")
    assert.deepStrictEqual(
      rules.findings.map(({ reason }) => reason),
      ["TOO_FAR", "NOT_HOMEOWNER"],
    )
    assert.deepStrictEqual([rules.flags.map(({ reason }) => reason), rules.met], [["ODD_SOURCE"], 0])
  })

  it("says what a parked lead lacks", () => {
    const explanation = explained({ ...valid, phone: "call me" })
    assert.deepInclude(explanation, { decision: "Parked", reason: "MISSING_REQUIRED_FIELD" })
    assert.deepInclude(step(explanation, "payload"), { missing: ["phone"] })
    assert.notProperty(step(explanation, "payload"), "payload")
  })

  it.prop("decides as decide does, and may be printed as JSON", [AnyPayload], ([payload]) => {
    for (const lead of [payload, { ...valid, ...payload }]) {
      const explanation = explained(lead)
      const decision = decideOn(lead, flow)
      assert.strictEqual(explanation.decision, decision._tag)
      assert.strictEqual(explanation.reason, decision._tag === "Ready" ? null : decision.reason)
      assert.doesNotThrow(() => JSON.stringify(explanation))
      assert.isAbove(printed(explanation).length, 1)
    }
  })

  it.prop("quotes no value of the lead unless asked to", [AnyPayload], ([payload]) => {
    const secret = "¤7777777¤"
    const lead = {
      ...payload,
      zipcode: `66${secret}`,
      house: { is_owner: true },
      phone: secret,
      solar_usage: secret,
    }
    for (const told of [explained(lead, "hide"), explained({ ...lead, zipcode: secret }, "hide")]) {
      assert.notInclude(JSON.stringify(told), "7777777")
      assert.notInclude(printed(told).join(""), "7777777")
    }
  })
})

describe("printExplanation", () => {
  it("prints a line for each thing that matters", () => {
    assert.deepStrictEqual(
      printed(explained({ zipcode: "10115", house: { is_owner: true }, source: "fair" })),
      [
        "REJECTED TOO_FAR",
        "  rules      1 of 3 met (version r)",
        '    ✗ TOO_FAR zipcode must match ^66, but is "10115" Too far away.',
        '    ! ODD_SOURCE source must be "web", but is "fair"',
      ],
    )
  })

  it("shows what is missing and what was left out", () => {
    const lines = printed(explained({ ...valid, phone: null, solar_usage: "Heizung" }))
    assert.strictEqual(lines[0], "PARKED MISSING_REQUIRED_FIELD")
    assert.include(lines, '    ✗ solar_usage: not_an_allowed_value "Heizung"')
    assert.include(lines, "  payload    lacks phone (version t)")
    assert.include(lines, "    · phone: null")
  })

  it("gives every piece the look that a style has for it", () => {
    const tones = new Set<string>()
    const style = (tone: string, text: string) => {
      tones.add(tone)
      return `<${text}>`
    }
    const text = printExplanation(explained({ ...valid, source: "fair", solar_usage: "Heizung" }), { style })
    assert.match(text, /^<READY>\n/)
    assert.deepStrictEqual([...tones].toSorted(), ["bad", "good", "notable", "quiet", "strong"])
  })

  it("prints nothing of a lead that could pass for a line of its own or steer a terminal", () => {
    const odd = "\u001b[2J\u009b31m\u202e\nREADY"
    const text = printExplanation(explained({ ...valid, [odd]: " x ", solar_offer_type: odd, source: odd }))
    assert.notMatch(text, /[^\P{Cc}\n]|\p{Bidi_Control}|^READY.*\n[^]*^READY/mu)
    assert.include(text, String.raw`~ \u001b[2J\u009b31m\u202e\u000aREADY  " x " → "x"  text`)
    const rejected = printExplanation(explained({ zipcode: odd }))
    assert.notMatch(rejected, /[^\P{Cc}\n]|\p{Bidi_Control}/u)
  })

  it("says that there may be more changes than are told", () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, " x "]))
    assert.include(printExplanation(explained({ ...valid, ...many })), "100 changes or more")
  })

  it("names five attributes that are not in the lead, and counts the others", () => {
    const text = { attribute_type: "text", is_numeric: false, values: null } as const
    const absentOf = (many: number) => {
      const mapping = Object.fromEntries(Array.from({ length: many }, (_, index) => [`a${index}`, text]))
      const lead = { payload: valid, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }
      return printed(explain(compiled({ ...source, mapping }), lead)).find((line) =>
        line.startsWith("    · a0"),
      )
    }
    assert.strictEqual(absentOf(5), "    · a0, a1, a2, a3, a4")
    assert.strictEqual(absentOf(14), "    · a0, a1, a2, a3, a4 and 9 more")
  })

  it("shows a value that could not be read, and that it was kept, if values are asked for", () => {
    const payload = { ...valid, callback: { "phone.nr": "after 6" } }
    const fields = { ...defaultProfile.fields, [String.raw`callback.phone\.nr`]: { kind: "phone" } }
    const reading = compiled({ ...source, profile: { ...defaultProfile, fields } })
    const lead = { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }
    const linesOf = (values: "hide" | "show") =>
      printed(explain(reading, lead, { values })).filter((line) => /^ {4}\?/.test(line))
    const field = String.raw`    ? callback.phone\.nr`
    assert.deepStrictEqual(linesOf("show"), [`${field}  "after 6"  cannot be read as phone: kept as it came`])
    assert.deepStrictEqual(linesOf("hide"), [`${field}  cannot be read as phone: kept as it came`])
  })

  it("prints a value that was moved once, unless it was changed as well", () => {
    const aliases = { zipcode: ["fields.plz.raw_value"], phone: ["fields.tel.raw_value"] }
    const moving = compiled({
      ...source,
      rules: { version: "1", rules: [] },
      profile: { ...defaultProfile, aliases },
    })
    const payload = { fields: { plz: { raw_value: "66123" }, tel: { raw_value: "0171 2345678" } } }
    const lead = { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 }
    const lines = printed(explain(moving, lead, { values: "show" }))
    const normalised = lines.filter((line) => /^ {4}~/.test(line))
    assert.include(normalised, '    ~ fields.plz.raw_value → zipcode  "66123"  moved')
    assert.include(normalised, '    ~ phone  "0171 2345678" → "+491712345678"  phone')
  })
})
