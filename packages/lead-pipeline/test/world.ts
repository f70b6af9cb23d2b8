import { readFileSync } from "node:fs"
import { anyJson } from "@lead-gateway/testkit/any-json"
import { defaultTemplate } from "@lead-gateway/attribute-mapper"
import { compileFlow, decide, type Flow } from "@lead-gateway/lead-pipeline"
import { defaultRuleSet } from "@lead-gateway/lead-rules"
import { type Json, type JsonObject, parse } from "@lead-gateway/lossless-json"
import { defaultProfile } from "@lead-gateway/normalizer"
import { Arbitrary, Result, Schema } from "effect"

/** The documents that ship. */
export const source: Flow.FlowSource = {
  rules: defaultRuleSet,
  profile: defaultProfile,
  mapping: JSON.parse(
    readFileSync(new URL("../../../config/customer_attribute_mapping.json", import.meta.url), "utf8"),
  ) as object,
  template: defaultTemplate,
  constants: { "product.name": "solar_panel_installation" },
  deliveryMetadataNames: ["lead_id"],
  versions: { rules: "r", profile: "p", mapping: "m", template: "t" },
}

export const compiled = (source: Flow.FlowSource): Flow.Flow => Result.getOrThrow(compileFlow(source))

const shipped = compiled(source)

export const decideOn = (payload: JsonObject, flow = shipped) =>
  decide(flow, { payload, deliveryMetadata: { lead_id: 7 }, nowMs: 0 })

export const payloadIn = (text: string): JsonObject => Result.getOrThrow(parse(text)) as JsonObject

/** A lead that is ready under the flow that ships. */
export const valid: JsonObject = {
  email: " Customer@Example.com",
  phone: "0171 2345678",
  zipcode: "66123",
  house: { is_owner: true },
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
}

const { object, value } = anyJson({
  texts: ["0171 2345678", "call me", "66123", "12345", "true", "Kaufen", "Leasing", "5000"],
})

/** Any payload: what the flow that ships reads is mostly there, and may be anything. */
export const AnyPayload: Arbitrary.Arbitrary<JsonObject> = Arbitrary.map(
  Arbitrary.all({
    rest: object,
    read: Arbitrary.all({
      zipcode: value,
      phone: value,
      solar_offer_type: value,
      solar_area: value,
      source: value,
    }),
    owner: value,
    absent: Arbitrary.schema(Schema.Array(Schema.Literals(["zipcode", "phone", "house", "solar_area"]))),
  }),
  ({ rest, read, owner, absent }) => {
    const all = Object.entries<Json>({ ...rest, ...read, house: { is_owner: owner } })
    return Object.fromEntries(all.filter(([key]) => !absent.some((name) => name === key)))
  },
)
