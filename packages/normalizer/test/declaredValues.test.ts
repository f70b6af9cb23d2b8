import { assert, describe, it } from "@effect/vitest"
import { compileProfileOrThrow, declaredValues, normalize } from "../src/index.ts"

const profile = compileProfileOrThrow({
  version: "test",
  default_country: "DE",
  fields: {
    email: "email",
    phone: "phone",
    zipcode: { kind: "postal_code", country: "DE" },
    "contact.mobile": "phone",
    "others.*.email": "email",
  },
})

describe("declaredValues", () => {
  it("are the texts of the fields of these kinds, in their normal form once the payload is normalised", () => {
    const { payload } = normalize(profile, {
      zipcode: "66123",
      phone: "0151 2345678",
      email: " A@B.de ",
      contact: { mobile: "0171 7654321" },
      others: [{ email: "X@Y.de" }, { email: null }, {}, "text"],
    })
    assert.deepStrictEqual(declaredValues(profile, payload, ["email", "phone"]), [
      { kind: "email", value: "a@b.de" },
      { kind: "phone", value: "+491512345678" },
      { kind: "phone", value: "+491717654321" },
      { kind: "email", value: "x@y.de" },
    ])
    assert.deepStrictEqual(declaredValues(profile, payload, ["postal_code"]), [
      { kind: "postal_code", value: "66123" },
    ])
  })

  it("leave out what is no text, and what only looks like a field", () => {
    const hostile = [
      {},
      { email: "", phone: 491512345678 },
      { email: ["a@b.de"], phone: { number: "1" } },
      { email: true, contact: "0171 7654321", others: { 0: { email: "a@b.de" } } },
      Object.create({ email: "inherited@b.de" }) as {},
    ]
    for (const payload of hostile) {
      assert.deepStrictEqual(declaredValues(profile, payload, ["email", "phone"]), [])
    }
    assert.deepStrictEqual(
      declaredValues(profile, JSON.parse('{"__proto__":{"email":"a@b.de"}}') as {}, ["email"]),
      [],
    )
  })

  it("are sixteen at most", () => {
    const others = Array.from({ length: 100_000 }, (_, index) => ({ email: `a${index}@b.de` }))
    assert.lengthOf(declaredValues(profile, { others }, ["email"]), 16)
  })
})
