/** The profiles of form vendors in `config/profiles`, with the samples of their documented payloads beside them. */
import { NodeServices } from "@effect/platform-node"
import { assert, describe, it } from "@effect/vitest"
import { type LoadedFlow, loadFlow } from "@lead-gateway/config/flow"
import { decide, type Explanation, type NormaliseStep } from "@lead-gateway/lead-pipeline"
import {
  isJsonObject,
  isRawNumber,
  type Json,
  type JsonObject,
  parse,
  stringify,
} from "@lead-gateway/lossless-json"
import { Effect, Result } from "effect"
import { readdirSync, readFileSync } from "node:fs"
import { join } from "node:path"
import { fileURLToPath } from "node:url"
import { previewLines } from "../src/preview/Report.ts"

const config = fileURLToPath(new URL("../../../config", import.meta.url))
const jsonIn = (path: string) => Result.getOrThrow(parse(readFileSync(path, "utf8"))) as JsonObject

/** What the sample of a vendor says, in the fields of ours. */
const anna: Readonly<Record<string, Json>> = {
  email: "anna.beispiel@example.com",
  phone: "+496811234567",
  zipcode: "66123",
  "house.is_owner": true,
  solar_energy_consumption: "5000",
  solar_offer_type: "Kaufen",
  first_name: "Anna",
  last_name: "Beispiel",
  street: "Musterstraße 12",
  city: "Saarbrücken",
  source: "google",
}

const { source: _, ...withoutSource } = anna
const { city: __, first_name: ___, last_name: ____, street: _____, ...withoutAddress } = anna
const heyflow = { ...anna, street: "Musterstraße", housenumber: "12" }
const numeric = { ...anna, solar_energy_consumption: 5000 }
/** The identifiers of options are in lower case at Meta; the shipped mapping has no synonyms for them. */
const meta = { ...anna, solar_offer_type: "kaufen" }

/** The samples of each profile. */
const samples: Readonly<Record<string, Readonly<Record<string, Readonly<Record<string, Json>>>>>> = {
  typeform: { typeform: numeric, "typeform.legacy": numeric, "typeform.choices": withoutAddress },
  tally: { tally: numeric, "tally.legacy": numeric },
  jotform: {
    jotform: anna,
    "jotform.rawrequest": anna,
    "jotform.rawrequest.variants": anna,
    "jotform.rawrequest.country": { ...anna, phone: "+4315128900" },
  },
  hubspot: {
    hubspot: anna,
    "hubspot.contact-object": anna,
    "hubspot.workflow-custom": withoutSource,
    "hubspot.form-submission": withoutSource,
    "hubspot.form-submit-v3": withoutSource,
  },
  meta: { meta, "meta.full": meta },
  google: { google: withoutSource },
  heyflow: { heyflow, "heyflow.label": heyflow, "heyflow.simple": heyflow },
  elementor: { elementor: anna, "elementor.simple": anna },
  gravity: { gravity: withoutSource },
  "gravity.entry": { "gravity.entry": anna },
}

const cases = Object.entries(samples).flatMap(([profile, files]) =>
  Object.entries(files).map(([sample, expected]) => ({ profile, sample, expected })),
)

/** Samples without a lead in them, and why; see `config/profiles/README.md`. */
const withoutLead = {
  "meta.webhook": "the notification has nothing but the identifier of the lead",
}

/** The flow of a profile with the rules that ship for it, which look at the payload as the profile reads it. */
const flowWith = (profile: string, rules = "lead_rules.normalized"): Promise<LoadedFlow> =>
  loadFlow(
    {
      leadRules: join(config, `${rules}.json`),
      normalizerProfile: join(config, "profiles", `${profile}.json`),
      attributeMapping: join(config, "customer_attribute_mapping.json"),
      payloadTemplate: join(config, "customer_payload_template.json"),
    },
    { productName: "solar" },
  ).pipe(Effect.provide(NodeServices.layer), Effect.runPromise)

const nowMs = 0

describe("the profile of a vendor", () => {
  it.each(cases)("makes of $sample a lead that is ready", async ({ expected, profile, sample }) => {
    const payload = jsonIn(join(config, "profiles/samples", `${sample}.json`))
    const flow = await flowWith(profile)
    const lines = previewLines(
      flow,
      [{ name: sample, payload }],
      { nowMs, json: true, hideValues: false, summary: false },
      () => {},
    )
    const explanation = JSON.parse([...lines][0] ?? "") as Explanation
    assert.strictEqual(explanation.decision, "Ready")

    const decision = decide(flow, { payload, deliveryMetadata: {}, nowMs }, { values: "show" })
    assert.isTrue(decision._tag === "Ready")
    if (decision._tag !== "Ready") return
    const { normalized } = decision
    for (const [path, value] of Object.entries(expected)) {
      assert.deepStrictEqual(at(normalized, path.split(".")), value, path)
    }
    assert.strictEqual(decision.customerPayload["phone"], expected["phone"])
    assert.deepStrictEqual(
      decision.omitted.map(({ name }) => name),
      expected["solar_offer_type"] === "kaufen" ? ["solar_offer_type"] : [],
    )
    assert.deepStrictEqual(decision.unread, [])

    const { changes } = explanation.steps.find(
      (step): step is NormaliseStep => step.step === "normalise",
    ) ?? {
      changes: [],
    }
    const moved = new Set(changes.filter(({ kind }) => kind === "moved").map(({ path }) => path))
    for (const path of Object.keys(expected)) {
      assert.isTrue(moved.has(path) || at(payload, path.split(".")) !== undefined, `${path} is not reported`)
    }
    // Each value that came is still there, or the report has it.
    const kept = new Set([
      ...valuesIn(normalized),
      ...changes.flatMap(({ before = null }) => valuesIn(before)),
    ])
    for (const value of valuesIn(payload)) assert.isTrue(kept.has(value), `${value} is lost`)
  })

  it.each(Object.entries(withoutLead))("makes no lead of %s: %s", async (sample) => {
    const payload = jsonIn(join(config, "profiles/samples", `${sample}.json`))
    const flow = await flowWith(sample.replace(/\..*/, ""))
    const decision = decide(flow, { payload, deliveryMetadata: {}, nowMs })
    assert.deepInclude(decision, { _tag: "Rejected", reason: "MISSING_REQUIRED_FIELD" })
  })

  it("is of no use to rules that look at the raw payload, which the README says", async () => {
    const payload = jsonIn(join(config, "profiles/samples/typeform.json"))
    const decision = decide(await flowWith("typeform", "lead_rules"), {
      payload,
      deliveryMetadata: {},
      nowMs,
    })
    assert.deepInclude(decision, { _tag: "Rejected", reason: "MISSING_REQUIRED_FIELD" })
  })

  it("reports a phone in parts as moved from its field, with each part", async () => {
    const flow = await flowWith("jotform")
    const phone = async (value: Json) => {
      const payload = {
        ...jsonIn(join(config, "profiles/samples/jotform.rawrequest.json")),
        q5_telefon: value,
      }
      const decision = decide(flow, { payload, deliveryMetadata: {}, nowMs }, { values: "show" })
      return decision._tag === "Ready" ? decision.changes.find(({ path }) => path === "phone") : decision._tag
    }
    assert.deepStrictEqual(await phone({ area: "0681", phone: "1234567" }), {
      path: "phone",
      kind: "moved",
      from: "q5_telefon",
      before: ["0681", "1234567"],
      after: "0681 1234567",
    })
    // An area code or a country code alone is no phone number.
    assert.strictEqual(await phone({ country: "49", area: "0681", phone: "" }), "Parked")
  })

  it.each(Object.keys(samples))("%s declares what the default profile declares", (profile) => {
    const { fields } = jsonIn(join(config, "normalizer_profile.json"))
    assert.deepInclude(jsonIn(join(config, "profiles", `${profile}.json`))["fields"], fields)
  })

  it("is tried with every sample that ships", () => {
    const files = (folder: string) =>
      readdirSync(join(config, folder)).flatMap((name) => (name.endsWith(".json") ? [name.slice(0, -5)] : []))
    assert.sameMembers(files("profiles"), Object.keys(samples))
    assert.sameMembers(files("profiles/samples"), [
      ...cases.map(({ sample }) => sample),
      ...Object.keys(withoutLead),
    ])
  })
})

const at = (value: Json | undefined, [key, ...rest]: ReadonlyArray<string>): Json | undefined => {
  if (key === undefined || value === undefined) return value
  return isJsonObject(value) ? at(value[key], rest) : undefined
}

/** The texts, numbers and booleans in a value, as JSON. */
const valuesIn = (value: Json): ReadonlyArray<string> => {
  if (Array.isArray(value)) return (value as ReadonlyArray<Json>).flatMap(valuesIn)
  return isJsonObject(value) && !isRawNumber(value)
    ? Object.values(value).flatMap(valuesIn)
    : [stringify(value)]
}
