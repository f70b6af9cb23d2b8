import { assert, describe, it } from "@effect/vitest"
import { type AttributeDefinition, nestedTemplate } from "@lead-gateway/attribute-mapper"
import type { Decision } from "@lead-gateway/lead-pipeline"
import {
  get,
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonObject,
  stringify,
} from "@lead-gateway/lossless-json"
import { Arbitrary } from "effect"
import { AnyPayload, compiled, decideOn, source, valid } from "./world.ts"

const flows = [compiled(source), compiled({ ...source, template: nestedTemplate })]

const { zipcode = null, house = null, phone = null } = valid

/** Any payload as it is, then with what each rule asks for and at last a phone: so every decision has its chance. */
const leadsOf = (payload: JsonObject): ReadonlyArray<JsonObject> => [
  payload,
  { ...payload, zipcode },
  { ...payload, zipcode, house },
  { ...payload, zipcode, house, phone },
]

const decisionsOn = (payload: JsonObject): ReadonlyArray<readonly [lead: JsonObject, decision: Decision]> =>
  leadsOf(payload).map((lead) => [lead, decideOn(lead)])

describe("for any payload", () => {
  it.prop("there is one decision, the same each time", [AnyPayload], ([payload]) => {
    for (const lead of leadsOf(payload)) {
      const before = stringify(lead)
      for (const flow of flows) {
        assert.deepStrictEqual(decideOn(lead, flow), decideOn(lead, flow))
      }
      assert.strictEqual(stringify(lead), before)
    }
  })

  it.prop("the order of its keys decides nothing", [AnyPayload], ([payload]) => {
    const reversed = Object.fromEntries(Object.entries(payload).toReversed())
    const decided = (payload: JsonObject) => decisionsOn(payload).map(([, decision]) => inOneOrder(decision))
    assert.deepStrictEqual(decided(reversed), decided(payload))
  })

  it.prop("rejected is exactly what breaks a rule of the contract", [AnyPayload], ([payload]) => {
    for (const [lead, decision] of decisionsOn(payload)) {
      const zipcode = get(lead, "zipcode")
      const house = get(lead, "house")
      const owner = isJsonObject(house) ? get(house, "is_owner") : undefined
      const expected = isMissing(zipcode)
        ? [0, "MISSING_REQUIRED_FIELD"]
        : typeof zipcode !== "string" || !/^66\d{3}$/.test(zipcode)
          ? [0, "ZIP_NOT_66XXX"]
          : isMissing(owner)
            ? [1, "MISSING_REQUIRED_FIELD"]
            : [1, owner === true ? "accepted" : "NOT_HOMEOWNER"]
      const told = decision._tag === "Rejected" ? [decision.rule.index, decision.reason] : [1, "accepted"]
      assert.deepStrictEqual(told, expected)
    }
  })

  it.prop("attributes that are sent are defined, valid, and the lead's own", [AnyPayload], ([payload]) => {
    const definitions = source.mapping as Readonly<Record<string, AttributeDefinition>>
    for (const [, decision] of decisionsOn(payload)) {
      if (decision._tag !== "Ready") continue
      const sent = decision.customerPayload["attributes"] as ReadonlyArray<{ name: string; value: Json }>
      const omitted = decision.omitted.map(({ name }) => name)
      for (const { name, value } of sent) {
        const { attribute_type, is_numeric, values } = definitions[name] ?? assert.fail(name)
        assert.notInclude(omitted, name)
        if (values !== null) assert.include<unknown>(values, value)
        if (is_numeric || attribute_type === "range") assert.match(stringify(value), /\d/)
        const actual = get(decision.normalized, name)
        // An answer may be the only one in a list.
        const answers = [actual].flat().filter((answer) => !isMissing(answer))
        assert.isTrue(value === actual || (answers.length === 1 && value === answers[0]))
      }
      assert.strictEqual(new Set(sent.map(({ name }) => name)).size, sent.length)
      assert.includeMembers(Object.keys(definitions), omitted)
      assert.sameMembers(Object.keys(decision.customerPayload), ["phone", "product", "attributes"])
    }
  })

  it.prop("parked is exactly what has no phone", [AnyPayload], ([payload]) => {
    for (const [, decision] of decisionsOn(payload)) {
      if (decision._tag === "Rejected") continue
      const phone = get(decision.normalized, "phone")
      assert.strictEqual(decision._tag, isMissing(phone) ? "Parked" : "Ready")
      if (decision._tag === "Parked") assert.deepStrictEqual(decision.missing, ["phone"])
      else assert.strictEqual(decision.customerPayload["phone"], phone)
    }
  })
})

describe("what a decision tells of", () => {
  const mark = "¤"
  const digits = "77777777777777777777777"

  /** The same shape with texts, numbers and unknown keys that can be told from all that a flow says. */
  const marked = (json: Json): Json => {
    if (typeof json === "string") return `${mark}${json}${mark}`
    if (typeof json === "number" || isRawNumber(json)) return JSON.rawJSON(digits)
    if (Array.isArray(json)) return (json as ReadonlyArray<Json>).map(marked)
    return isJsonObject(json) ? markedObject(json) : json
  }
  const known = new Set(["phone", "zipcode", "house", "is_owner", ...Object.keys(source.mapping as object)])
  const markedObject = (object: JsonObject): JsonObject =>
    Object.fromEntries(
      Object.entries(object).map(([key, value]) => [known.has(key) ? key : `${mark}${key}`, marked(value)]),
    )

  it.prop(
    "holds nothing of the lead, so it may be logged",
    [Arbitrary.map(AnyPayload, markedObject)],
    ([payload]) => {
      for (const decision of leadsOf(payload).flatMap((lead) => flows.map((flow) => decideOn(lead, flow)))) {
        // A change tells of the field that changed: of keys, not of values.
        const told = JSON.stringify({ ...decision, changes: null, normalized: null, customerPayload: null })
        assert.notInclude(told, mark)
        assert.notInclude(told, digits)
      }
    },
  )
})

/** Changes are told in the payload's order, which may be another. */
const inOneOrder = (decision: Decision): Decision =>
  decision._tag === "Rejected"
    ? decision
    : { ...decision, changes: decision.changes.toSorted((a, b) => (a.path < b.path ? -1 : 1)) }

const isMissing = (value: Json | undefined): boolean =>
  value === undefined || value === null || (typeof value === "string" && !/\S/.test(value))
