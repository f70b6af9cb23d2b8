import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { makeVerifier } from "../src/Secrets.ts"

const verifier = (...secrets: ReadonlyArray<string>) =>
  makeVerifier(secrets.map((text) => Redacted.make(text)))

describe("a verifier", () => {
  it("knows each of its secrets", () => {
    const verify = verifier("one", "two")
    assert.isTrue(verify("one"))
    assert.isTrue(verify("two"))
  })

  it("knows nothing else", () => {
    const verify = verifier("one", "two")
    for (const text of [undefined, "", "onetwo", "one,two", "On", "one ", "ONE"]) assert.isFalse(verify(text))
    assert.isFalse(verifier()("one"))
  })

  it("does not take nothing for an empty secret", () => {
    assert.isFalse(verifier("")(undefined))
  })

  it.prop(
    "is equality with one of the secrets",
    [Schema.Array(Schema.String), Schema.String],
    ([secrets, text]) => {
      const verify = verifier(...secrets)
      const known = secrets.map(encoded).includes(encoded(text))
      return verify(text) === known && secrets.every((secret) => verify(secret))
    },
  )
})

/** All lone surrogates are encoded as the same bytes. */
const encoded = (text: string) => text.toWellFormed()
