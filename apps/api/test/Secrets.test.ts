import { assert, describe, it } from "@effect/vitest"
import { Redacted, Schema } from "effect"
import { makeSecretSearch } from "../src/Secrets.ts"

const search = (...secrets: ReadonlyArray<string>) =>
  makeSecretSearch(secrets.map((text) => Redacted.make(text)))

describe("a search for secrets", () => {
  it("finds each of its secrets, and of equal ones the first", () => {
    const indexOf = search("one", "two", "three", "two")
    assert.deepStrictEqual(["one", "two", "three"].map(indexOf), [0, 1, 2])
  })

  it("finds nothing else", () => {
    const indexOf = search("one", "two")
    for (const text of [undefined, "", "onetwo", "one,two", "On", "one ", "ONE"]) {
      assert.strictEqual(indexOf(text), -1)
    }
    assert.strictEqual(search()("one"), -1)
  })

  it("does not take nothing for an empty secret", () => {
    assert.strictEqual(search("")(undefined), -1)
  })

  it.prop(
    "is equality with one of the secrets",
    [Schema.Array(Schema.String), Schema.String],
    ([secrets, text]) => {
      const indexOf = search(...secrets)
      const known = secrets.map(encoded)
      return indexOf(text) === known.indexOf(encoded(text)) && secrets.every((secret) => indexOf(secret) >= 0)
    },
  )
})

/** All lone surrogates are encoded as the same bytes. */
const encoded = (text: string) => text.toWellFormed()
