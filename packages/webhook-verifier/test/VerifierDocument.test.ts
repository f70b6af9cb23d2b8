import { assert, describe, it } from "@effect/vitest"
import { testJsonSchema } from "@lead-gateway/testkit/json-schema"
import { compileVerifier, presets } from "@lead-gateway/webhook-verifier"
import { VerifierDocument } from "@lead-gateway/webhook-verifier/schema"
import { Ajv2020 } from "ajv/dist/2020.js"
import { readFileSync } from "node:fs"
import { vectors } from "./support/vectors.ts"

const folder = new URL("..", import.meta.url)
const file = "webhook-verifier.schema.json"

testJsonSchema({
  folder,
  file,
  title: "Webhook verifier of @lead-gateway/webhook-verifier",
  schema: VerifierDocument,
})

describe("the JSON Schema", () => {
  const schema: unknown = JSON.parse(readFileSync(new URL(file, folder), "utf8"))
  const validate = new Ajv2020({ allowUnionTypes: true }).compile(schema as object)

  it.prop("accepts what the sources accept", [VerifierDocument], ([document]) => {
    assert.isTrue(validate(document), JSON.stringify(validate.errors))
  })

  it("accepts the presets, and the documents of the tests", () => {
    for (const document of [...Object.values(presets), ...vectors.map(({ document }) => document)]) {
      assert.strictEqual(compileVerifier(document)._tag, "Success")
      assert.isTrue(validate(document), JSON.stringify(validate.errors))
    }
  })

  it.each([
    {},
    { preset: "facebook" },
    { preset: "meta", header: "X-Signature" },
    { header: "X-Signature", encoding: "hex", algorithm: "sha256" },
    { header: "X-Signature", encoding: "hex", algorithm: "md5", signed: "{body}" },
    { token_in_header: "" },
    { key_in_body: "google_key", prefix: "x" },
  ])("refuses %j, as compileVerifier does", (document) => {
    assert.isFalse(validate(document))
    assert.strictEqual(compileVerifier(document)._tag, "Failure")
  })
})
