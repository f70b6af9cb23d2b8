import { assert, describe, it } from "@effect/vitest"
import { type Contact, StoreUnavailable } from "@lead-gateway/lead-store"
import { compileProfileOrThrow } from "@lead-gateway/normalizer"
import { Effect } from "effect"
import { makeContacts } from "../src/Contacts.ts"

const profile = compileProfileOrThrow({
  version: "test",
  default_country: "DE",
  fields: {
    email: "email",
    phone: "phone",
    "contact.mobile": "phone",
    zipcode: { kind: "postal_code", country: "DE" },
  },
})
const hash = ({ kind, value }: Contact) => `${kind} ${value}`

describe("the contacts of a lead", () => {
  it.effect("are hashed in their normal form, of a lead that was not normalised as well", () =>
    Effect.gen(function* () {
      const contacts = makeContacts({ profile }, { hash: Effect.succeed(hash) })
      assert.deepStrictEqual(contacts.of({ email: "a@b.de" }, undefined), [])
      yield* contacts.ready
      const payload = { email: " A@B.de ", phone: "0151 2345678", zipcode: "66123" }
      assert.deepStrictEqual(contacts.of(payload, undefined), ["email a@b.de", "phone +491512345678"])
      assert.deepStrictEqual(contacts.of(payload, { email: "x@y.de" }), ["email x@y.de"])
      assert.deepStrictEqual(contacts.of({}, undefined), [])
    }),
  )

  it.effect("are each there once", () =>
    Effect.gen(function* () {
      const contacts = makeContacts({ profile }, { hash: Effect.succeed(hash) })
      yield* contacts.ready
      assert.deepStrictEqual(
        contacts.of({ phone: "0151 2345678", contact: { mobile: "+49 151 2345678" } }, undefined),
        ["phone +491512345678"],
      )
    }),
  )

  it.effect("wait for the key", () =>
    Effect.gen(function* () {
      const failure = new StoreUnavailable({ operation: "test" })
      const contacts = makeContacts({ profile }, { hash: Effect.fail(failure) })
      assert.strictEqual(yield* Effect.flip(contacts.ready), failure)
    }),
  )
})
