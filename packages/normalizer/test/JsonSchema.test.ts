import { assert, describe, it } from "@effect/vitest"
import { jsonSchemaOf, testJsonSchema } from "@lead-gateway/testkit/json-schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { Arbitrary, Result } from "effect"
import { compileProfile, defaultProfile } from "@lead-gateway/normalizer"
import { ProfileData } from "@lead-gateway/normalizer/schema"

const published = { title: "Profile of @lead-gateway/normalizer", schema: ProfileData }

testJsonSchema({ ...published, folder: new URL("..", import.meta.url), file: "profile.schema.json" })

const accepts = new Ajv2020({ allErrors: true }).compile(jsonSchemaOf(published))

describe("profile.schema.json", () => {
  it("accepts the profile that ships", () => {
    assert.isTrue(accepts(defaultProfile))
  })

  it("accepts a list of answers as before, and with lists of paths and look-ups", () => {
    const lookup = { path: "o", id: "id", text: "text" }
    for (const list of [
      { path: "a", question: "q", answer: "b" },
      { path: "a", question: ["q", "r"], answer: ["b", "c.*.d"], options: lookup, question_texts: lookup },
    ]) {
      const profile = {
        version: "1",
        default_country: "DE",
        aliases: { f: ["a.Wann?"] },
        answer_lists: [list],
      }
      assert.isTrue(Result.isSuccess(compileProfile(profile)))
      assert.isTrue(accepts(profile), JSON.stringify(accepts.errors))
    }
  })

  it("accepts fields to join beside the path of a field", () => {
    const joined = { path: "q{n}_tel", join: ["area", "phone"], required: ["phone"], prefix: "+" }
    const profile = { version: "1", default_country: "DE", aliases: { phone: [joined, "tel"] } }
    assert.isTrue(Result.isSuccess(compileProfile(profile)))
    assert.isTrue(accepts(profile), JSON.stringify(accepts.errors))
  })

  it.prop("accepts what compileProfile accepts", [Arbitrary.schema(ProfileData)], ([profile]) => {
    if (Result.isSuccess(compileProfile(profile)))
      assert.isTrue(accepts(profile), JSON.stringify(accepts.errors))
  })

  it.each<object>([
    { fields: { a: "fone" } },
    { fields: { "a..b": "text" } },
    { fields: { a: { kind: "number", country: "DE" } } },
    { fields: { a: { kind: "number", units: ["2m"] } } },
    { aliases: { a: [] } },
    { aliases: { a: [{ path: "b", join: ["c"] }] } },
    { aliases: { a: [{ path: "b", join: ["c", "d"], separator: "-" }] } },
    { aliases: { a: [{ join: ["c", "d"] }] } },
    { answer_lists: [{ path: "a", question: "q" }] },
    { answer_lists: [{ path: "a", question: "q", answer: [] }] },
    { answer_lists: [{ path: "a", question: "q", answer: "b", options: { path: "o", id: "id" } }] },
    { default_country: "XX" },
    { colour: "red" },
  ])("rejects %j, as compileProfile does", (change) => {
    const profile = { version: "1", default_country: "DE", ...change }
    assert.isTrue(Result.isFailure(compileProfile(profile)))
    assert.isFalse(accepts(profile))
  })
})
