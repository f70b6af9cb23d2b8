import { readFileSync } from "node:fs"
import { assert, describe, it } from "@effect/vitest"
import { decide, explain, otherView, printExplanation } from "@lead-gateway/lead-pipeline"
import { differences, evaluate } from "@lead-gateway/lead-rules"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { normalize } from "@lead-gateway/normalizer"
import { AnyPayload, compiled, source, valid } from "./world.ts"

const config = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}.json`, import.meta.url), "utf8"))

/** The shipped flow, and the shipped alternative whose rules look at the normalised payload. */
const raw = compiled(source)
const normalized = compiled({ ...source, rules: config("lead_rules.normalized") })

const leadOf = (payload: JsonObject) => ({ payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 })
const tagOf = (flow: typeof raw, payload: JsonObject) => {
  const decision = decide(flow, leadOf(payload))
  return decision._tag === "Rejected" ? decision.reason : decision._tag
}
const told = (payload: JsonObject, flow = raw) =>
  printExplanation(explain(flow, leadOf(payload), { values: "show" }))
    .split("\n")
    .filter((line) => line.includes("→ with"))
    .map((line) => line.trim())

const contract = "the contract, Rules"

describe("a lead whose values are written in another way", () => {
  it.each<[change: JsonObject, raw: string, normalized: string, reading: string, source: string]>([
    [{ zipcode: "66123 " }, "ZIP_NOT_66XXX", "Ready", 'zipcode "66123 " is read as "66123"', contract],
    [{ zipcode: 66123 }, "ZIP_NOT_66XXX", "Ready", 'zipcode 66123 is read as "66123"', contract],
    [{ zipcode: "D-66123" }, "ZIP_NOT_66XXX", "Ready", 'zipcode "D-66123" is read as "66123"', contract],
    [
      { house: { is_owner: "Ja" } },
      "NOT_HOMEOWNER",
      "Ready",
      'house.is_owner "Ja" is read as true',
      contract,
    ],
    [
      { zipcode: " 66123" },
      "ZIP_NOT_66XXX",
      "Ready",
      'zipcode " 66123" is read as "66123"',
      "https://github.com/PrestaShop/PrestaShop/issues/25848",
    ],
    [
      { zipcode: "66123  " },
      "ZIP_NOT_66XXX",
      "Ready",
      'zipcode "66123  " is read as "66123"',
      "https://github.com/Adyen/adyen-web/pull/1556: keyboards of phones append white space",
    ],
    [
      { zipcode: "DE-66123" },
      "ZIP_NOT_66XXX",
      "Ready",
      'zipcode "DE-66123" is read as "66123"',
      "https://github.com/spree/spree/issues/6572: there is nothing visually wrong with the input",
    ],
    [
      { zipcode: "\t66 123\n", house: { is_owner: "yes" } },
      "ZIP_NOT_66XXX",
      "Ready",
      String.raw`zipcode "\t66 123\n" is read as "66123"; house.is_owner "yes" is read as true`,
      "https://github.com/django/django-localflavor/issues/61",
    ],
  ])("%j is %s as it came, and %s as it is read", (change, asItCame, asItIsRead, reading) => {
    const payload = { ...valid, ...change }
    assert.strictEqual(tagOf(raw, payload), asItCame)
    assert.strictEqual(tagOf(normalized, payload), asItIsRead)
    assert.deepStrictEqual(told(payload), [
      `→ with "looks_at": "normalized" it would be accepted: ${reading}`,
    ])
    assert.deepStrictEqual(told(payload, normalized), [])
  })

  it.each<[name: string, change: JsonObject]>([
    ["another area", { zipcode: "10115 " }],
    ["no postal code", { zipcode: "66 12 3 4" }],
    ["no owner", { house: { is_owner: "nein" } }],
    ["no answer", { house: { is_owner: "vielleicht" } }],
    ["nothing", { zipcode: null }],
  ])("is rejected by both views where it is %s", (_name, change) => {
    const payload = { ...valid, ...change }
    assert.strictEqual(tagOf(raw, payload), tagOf(normalized, payload))
    assert.deepStrictEqual(told(payload), [])
    assert.isUndefined(otherView(raw, leadOf(payload)))
  })
})

describe("decide, by rules that look at the normalised payload", () => {
  it("normalises once, also what it rejects, and tells what it could not read", () => {
    const decision = decide(normalized, leadOf({ ...valid, house: { is_owner: "vielleicht " } }))
    assert(decision._tag === "Rejected")
    assert.deepInclude(decision.unread ?? [], { path: "house.is_owner", kind: "boolean" })
    assert.deepInclude(decision.normalized, { email: "customer@example.com" })
    assert.deepInclude(decision.changes ?? [], { path: "email", kind: "email" })
  })

  it("tells the same of a lead that it accepts as rules that look at the raw payload", () => {
    assert.deepStrictEqual(decide(normalized, leadOf(valid)), decide(raw, leadOf(valid)))
    const rejected = decide(raw, leadOf({ ...valid, zipcode: "10115" }))
    assert.notProperty(rejected, "unread")
    assert.notProperty(rejected, "normalized")
  })

  it("shows what was normalised before what the rules say of it", () => {
    const steps = (payload: JsonObject) => explain(normalized, leadOf(payload)).steps.map((step) => step.step)
    assert.deepStrictEqual(steps(valid), ["normalise", "rules", "map", "payload"])
    assert.deepStrictEqual(steps({ ...valid, zipcode: "10115" }), ["normalise", "rules"])
    assert.include(
      printExplanation(explain(normalized, leadOf(valid))),
      "2 of 2 met by the normalised payload",
    )
  })

  it.prop("decides as the rules do on the payload that normalize returns", [AnyPayload], ([payload]) => {
    for (const lead of [payload, { ...valid, ...payload }]) {
      const read = normalize(normalized.profile, lead)
      const verdict = evaluate(normalized.rules, read.payload, { nowMs: 0 })
      const decision = decide(normalized, leadOf(lead))
      assert.strictEqual(decision._tag === "Rejected", verdict._tag === "Rejected")
      assert.deepStrictEqual([decision.unread, decision.changes], [read.unread, read.changes])
    }
  })
})

describe("otherView", () => {
  const flowOf = (rules: object, profile: object = source.profile as object) =>
    compiled({ ...source, rules: { version: "1", ...rules }, profile })

  it("is the raw payload for rules that look at the normalised one", () => {
    const flow = flowOf({
      looks_at: "normalized",
      rules: [{ field: "zipcode", operator: "starts_with", value: "D-", reason: "NOT_AS_IT_CAME" }],
    })
    const payload = { zipcode: "D-66123" }
    assert.deepStrictEqual(told(payload, flow), [
      '→ with "looks_at": "raw" it would be accepted: zipcode "D-66123" is read as "66123"',
    ])
    assert.deepStrictEqual(otherView(flow, leadOf(payload)), {
      looks_at: "raw",
      readings: [{ path: "zipcode", kind: "postal_code" }],
    })
  })

  it("names the field that an alias reads a value from", () => {
    const profile = { ...(source.profile as object), aliases: { zipcode: ["plz"] } }
    const flow = flowOf({ rules: [{ field: "zipcode", operator: "length", max: 5, reason: "ZIP" }] }, profile)
    const payload = { PLZ: "66123 " }
    assert.deepStrictEqual(told(payload, flow), [
      '→ with "looks_at": "normalized" it would be accepted: zipcode from PLZ "66123 " is read as "66123"',
    ])
    const hidden = printExplanation(explain(flow, leadOf(payload)))
    assert.include(hidden, "it would be accepted: zipcode is read from PLZ")
    assert.notInclude(hidden, "66123")
  })

  it("names the values inside a list that rules read item by item", () => {
    const flow = flowOf({
      rules: [
        {
          any: [
            {
              not: {
                field: "answers",
                operator: "some_item",
                item: { field: ".", operator: "ends_with", value: " " },
              },
            },
            { field: "zipcode", operator: "equals", value: "1" },
          ],
          reason: "BLANK",
        },
      ],
    })
    assert.deepStrictEqual(told({ answers: ["a", "b "], zipcode: "66123" }, flow), [
      '→ with "looks_at": "normalized" it would be accepted: answers.1 "b " is read as "b"',
    ])
  })

  it("names a value that is read beyond the changes that are reported", () => {
    const many = Object.fromEntries(Array.from({ length: 101 }, (_, index) => [`k${index}`, " x "]))
    assert.deepStrictEqual(
      otherView(raw, leadOf({ ...many, ...valid, zipcode: "66123 " }), { values: "show" }),
      {
        looks_at: "normalized",
        readings: [{ path: "zipcode", before: "66123 ", after: "66123" }],
      },
    )
  })

  it.prop(
    "is told of exactly the leads that one view rejects and the other accepts",
    [AnyPayload],
    ([payload]) => {
      for (const lead of [
        payload,
        { ...valid, ...payload },
        { ...payload, zipcode: "66123 ", house: { is_owner: 1 } },
      ]) {
        for (const [flow, other] of [
          [raw, normalized],
          [normalized, raw],
        ] as const) {
          const isOther =
            decide(flow, leadOf(lead))._tag === "Rejected" && decide(other, leadOf(lead))._tag !== "Rejected"
          const view = otherView(flow, leadOf(lead))
          assert.strictEqual(view !== undefined, isOther)
          if (view !== undefined) assert.isAbove(view.readings.length, 0)
        }
      }
    },
  )
})

describe("differences", () => {
  const verdict = evaluate(raw.rules, { zipcode: "1" }, { nowMs: 0, findings: "all" })
  assert(verdict._tag === "Rejected")

  it("are the fields that the rules read, each once", () => {
    const [before, after] = [
      { zipcode: "1 ", other: 1 },
      { zipcode: "1", other: 2, house: { is_owner: true } },
    ]
    assert.deepStrictEqual(differences(raw.rules, verdict.findings, before, after), [
      { path: "zipcode", before: "1 ", after: "1" },
      { path: "house.is_owner", before: undefined, after: true },
    ])
    assert.deepStrictEqual(differences(raw.rules, verdict.findings, after, after), [])
    assert.deepStrictEqual(differences(raw.rules, verdict.findings, undefined, null), [])
  })
})
