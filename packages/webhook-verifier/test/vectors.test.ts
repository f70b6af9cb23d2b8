import { assert, describe, it } from "@effect/vitest"
import { createHash } from "node:crypto"
import { said, verdictOf } from "./support/verifying.ts"
import { vectors } from "./support/vectors.ts"

describe.each(vectors)("$name (signature by $source)", (vector) => {
  const isToken = "token_in_header" in vector.document
  const isKey = "preset" in vector.document && vector.document.preset === "google-ads"

  it("is accepted", () => {
    const verdict = verdictOf(vector)
    assert.strictEqual(said(verdict), "Accepted")
    if (vector.replayKey !== undefined && verdict._tag === "Accepted") {
      assert.strictEqual(verdict.replayKey, vector.replayKey)
    }
  })

  it("is refused with another secret, and accepted with its own among several, in any order", () => {
    const other = isToken || isKey || !vector.secret.startsWith("whsec_M") ? otherOf(vector.secret) : whsec
    assert.match(said(verdictOf(vector, { secrets: [other] })), /Mismatch$/)
    assert.propertyVal(verdictOf(vector, { secrets: [other, vector.secret] }), "secretIndex", 1)
    assert.propertyVal(verdictOf(vector, { secrets: [vector.secret, other] }), "secretIndex", 0)
  })

  it("is refused with any byte of the body changed, gone or added", () => {
    if (isToken || isKey) return
    const body = Buffer.from(vector.body)
    for (let i = 0; i < body.length; i++) {
      const changed = Buffer.from(body)
      changed.writeUInt8((body[i] ?? 0) ^ 1, i)
      assert.strictEqual(said(verdictOf(vector, { body: changed })), "SignatureMismatch")
    }
    for (const changed of [
      body.subarray(1),
      body.subarray(0, -1),
      `${vector.body} `,
      ` ${vector.body}`,
      "",
    ]) {
      assert.strictEqual(said(verdictOf(vector, { body: changed })), "SignatureMismatch")
    }
  })
})

const whsec = `whsec_${Buffer.alloc(24, "x").toString("base64")}`
const otherOf = (secret: string) => (secret.startsWith("k_") ? "k_6b65797a" : `${secret}x`)

describe("a scheme that signs the URL", () => {
  const hubspot = vectors.filter(({ name }) => name.startsWith("HubSpot"))

  it("refuses another method, path, query, host and encoding", () => {
    assert.lengthOf(hubspot, 2)
    for (const vector of hubspot) {
      const url = vector.url ?? ""
      for (const change of [
        { method: "PUT" },
        { url: `${url}x` },
        { url: url.replace("%25", "%2525") },
        { headers: { host: "other.example" } },
      ]) {
        const isSame = change.url === url || (vector.url !== "/webhook_uri" && "headers" in change)
        assert.strictEqual(said(verdictOf(vector, change)), isSame ? "Accepted" : "SignatureMismatch")
      }
    }
  })

  it("knows a request whose target is a whole URL", () => {
    const [vector] = hubspot
    assert.isDefined(vector)
    if (vector === undefined) return
    const whole = { url: `https://www.example.com${vector.url}`, headers: { host: "proxy.example" } }
    assert.strictEqual(said(verdictOf(vector, whole)), "Accepted")
    assert.strictEqual(
      said(verdictOf(vector, { url: `http://www.example.com${vector.url}` })),
      "SignatureMismatch",
    )
  })
})

describe("the key that a replay is known by", () => {
  const keyOf = (name: string, change = {}) => {
    const vector = vectors.find((one) => one.name === name) ?? assert.fail(name)
    const verdict = verdictOf(vector, change)
    return verdict._tag === "Accepted" ? verdict.replayKey : assert.fail(verdict.reason)
  }

  it("is of time and body, whatever else a copy has", () => {
    const stripe = vectors.find(({ name }) => name === "Stripe") ?? assert.fail("no vector")
    const [, signature = ""] = /v1=(\w+)/.exec(stripe.headers["stripe-signature"] ?? "") ?? []
    const hash = createHash("sha256").update(stripe.body).digest("hex")
    for (const header of [
      `t=1492774577,v1=${signature}`,
      `v1=${signature.toUpperCase()},t=1492774577`,
      `t=1492774577,v1=${"0".repeat(64)},v1=${signature}, v1=${signature}`,
    ]) {
      assert.strictEqual(keyOf("Stripe", { headers: { "stripe-signature": header } }), `1492774577.${hash}`)
    }
  })

  it("is of the body where nothing else is signed, and the same after a rotation", () => {
    const hash = createHash("sha256")
      .update(vectors[1]?.body ?? "")
      .digest("hex")
    assert.strictEqual(keyOf("Meta"), `.${hash}`)
    assert.strictEqual(keyOf("Meta", { secrets: ["new", "meta-app-secret"] }), `.${hash}`)
  })

  it("is absent where the body is not signed", () => {
    assert.isUndefined(keyOf("Google Ads"))
    assert.isUndefined(keyOf("a token in a header"))
  })
})
