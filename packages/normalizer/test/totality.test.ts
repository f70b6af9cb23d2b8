import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import {
  compileProfile,
  defaultProfile,
  type FieldKind,
  normalize,
  type Profile,
} from "@lead-gateway/normalizer"
import { profileWith } from "./support.ts"

const kinds: ReadonlyArray<FieldKind> = [
  "email",
  "phone",
  "postal_code",
  "boolean",
  "number",
  "date",
  "name",
  "text",
]

class Lead {
  phone = "0151 2345678"
  get email(): string {
    return "a@b.de"
  }
}

/** Whatever JavaScript can hold and JSON does not. */
const strange: ReadonlyArray<readonly [name: string, make: () => unknown]> = [
  ["undefined", () => undefined],
  ["a function", () => () => " x"],
  ["a symbol", () => Symbol("x")],
  ["a bigint", () => 4_915_112_345_678n],
  ["NaN", () => Number.NaN],
  ["an infinity", () => -Infinity],
  ["a date", () => new Date(0)],
  ["an invalid date", () => new Date(Number.NaN)],
  ["a map", () => new Map([["phone", " x"]])],
  ["a set", () => new Set([" x"])],
  ["bytes", () => new Uint8Array(3)],
  ["a class instance", () => new Lead()],
  ["an object without a prototype", () => Object.assign(Object.create(null) as object, { phone: " 7" })],
  ["a frozen object", () => Object.freeze({ phone: Object.freeze([" 7"]) })],
  ["a sparse list", () => Object.assign([], { 2: " x" })],
  ["a boxed text", () => Object(" x") as unknown],
  ["a regular expression", () => /x/],
  ["an error", () => new Error(" x")],
  ["a promise", () => Promise.resolve(" x")],
  [
    "a getter that throws",
    () =>
      Object.defineProperty({}, "phone", {
        enumerable: true,
        get: () => {
          throw new Error("no")
        },
      }),
  ],
  [
    "a proxy that throws",
    () =>
      new Proxy(
        {},
        {
          ownKeys: () => {
            throw new Error("no")
          },
        },
      ),
  ],
  [
    "a revoked proxy",
    () => {
      const { proxy, revoke } = Proxy.revocable({}, {})
      revoke()
      return proxy
    },
  ],
  [
    "an object that contains itself twice",
    () => {
      const cycle: Record<string, unknown> = { a: " x" }
      cycle["b"] = [cycle]
      cycle["c"] = { cycle }
      return cycle
    },
  ],
]

const given = (profile: Profile, payload: unknown) => normalize(profile, payload as object)

describe("normalize", () => {
  for (const [name, make] of strange) {
    it(`has a result for ${name}, as a payload and in every place of one`, () => {
      for (const kind of kinds) {
        const profile = profileWith({
          fields: { field: kind, "list.*": kind, "inner.field": kind },
          aliases: { field: ["source"], other: ["origin.x"] },
        })
        const value = make()
        for (const payload of [
          value,
          { field: value },
          { list: [value, " x"] },
          { inner: value },
          { undeclared: [value] },
          { source: value },
          { origin: value },
        ]) {
          const once = given(profile, payload)
          assert.strictEqual(typeof once.payload, "object")
          const twice = given(profile, once.payload)
          assert.deepStrictEqual(twice.changes, [])
          assert.deepStrictEqual(twice.unread, once.unread)
        }
      }
    })
  }

  it("takes undefined in a declared field for missing, and other values that JSON does not have for unread", () => {
    const profile = profileWith({ fields: { phone: "phone" } })
    assert.deepStrictEqual(given(profile, { phone: undefined }), {
      payload: { phone: undefined } as never,
      changes: [],
      unread: [],
    })
    assert.deepStrictEqual(given(profile, { phone: 1n }).unread, [{ path: "phone", kind: "phone" }])
  })

  it("reads class instances and interfaces as the objects that they are", () => {
    interface Contact {
      readonly phone: string
    }
    const contact: Contact = { phone: "0151 2345678" }
    const profile = profileWith(defaultProfile)
    assert.deepStrictEqual(normalize(profile, contact).payload, { phone: "+491512345678" })
    assert.deepStrictEqual<object>({ ...normalize(profile, new Lead()).payload }, { phone: "+491512345678" })
  })

  it("takes a payload that is no object for one without fields", () => {
    for (const payload of [null, undefined, " x", 7, true, [" x"], () => 1]) {
      assert.deepStrictEqual(given(profileWith({}), payload), { payload: {}, changes: [], unread: [] })
    }
    assert.deepStrictEqual(normalize(profileWith({}), { a: " b" }, null as never).payload, { a: "b" })
  })

  it("copies a payload that contains itself as it came", () => {
    const cycle: Record<string, unknown> = { a: " x" }
    cycle["left"] = cycle
    cycle["right"] = cycle
    assert.deepStrictEqual(given(profileWith({}), cycle).payload, cycle as never)
  })

  it.each<[what: unknown, sentence: string]>([
    [compileProfile(defaultProfile), "the Result of compileProfile: pass its success"],
    [compileProfile({}), "the Result of compileProfile, which is a failure"],
    [defaultProfile, "the data of a profile: compile it first"],
    [undefined, "undefined"],
    [null, "null"],
    ["profile.json", "a value of type string"],
  ])("says what it was given instead of a profile (%#)", (what, sentence) => {
    assert.throws(
      () => normalize(what as Profile, {}),
      TypeError,
      `normalize expects a profile made by compileProfile, but was given ${sentence}`,
    )
  })
})

describe("compileProfile", () => {
  for (const [name, make] of strange) {
    it(`has a result for ${name}, as a profile and in every place of one`, () => {
      const value = make()
      for (const data of [
        value,
        { ...defaultProfile, fields: value },
        { ...defaultProfile, fields: { a: value } },
        { ...defaultProfile, aliases: { a: value } },
        { ...defaultProfile, version: value },
        { ...defaultProfile, answer_lists: [value] },
      ]) {
        assert.isTrue(Result.isResult(compileProfile(data)))
      }
    })
  }
})
