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

const throwing: PropertyDescriptor = {
  enumerable: true,
  get: () => {
    throw new Error("no")
  },
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

/** Lists and objects that aliases look into, with what they may meet there. */
const containers: ReadonlyArray<readonly [name: string, make: () => unknown]> = [
  ["a list of holes", () => Object.assign([], { length: 3 })],
  ["a list with a throwing getter", () => Object.defineProperty([" x"], 1, throwing)],
  ["an item with a throwing answer", () => Object.defineProperty({ title: "Frage" }, "value", throwing)],
  ["an item with a throwing question", () => Object.defineProperty({ value: " x" }, "title", throwing)],
  ["inherited keys", () => Object.create({ title: "Frage", value: " x", area: "0681" }) as object],
  ["hidden keys", () => Object.defineProperty({ title: "Frage" }, "value", { value: " x" })],
  ["a list with keys", () => Object.assign([" x"], { title: "Frage", value: " x" })],
  ["keys of symbols", () => ({ title: "Frage", value: " x", [Symbol("x")]: " x" })],
  ["a frozen item", () => Object.freeze({ title: "Frage", value: Object.freeze([" x"]) })],
  ["a text of endless brackets", () => "[".repeat(100_000)],
  ["a deep object", () => Array.from({ length: 2000 }).reduce<unknown>((value) => [value], " x")],
  [
    "a list that contains itself",
    () => {
      const list: Array<unknown> = [" x"]
      list.push(list, { title: "Frage", value: list })
      return list
    },
  ],
  ["texts that hold JSON that holds texts", () => JSON.stringify({ a: JSON.stringify({ a: " x" }) })],
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
    [compileProfile(defaultProfile), "a Result: its value is in `success`"],
    [compileProfile({}), "a Result that failed: why is in `failure`"],
    [defaultProfile, "a document that was not compiled"],
    [undefined, "missing"],
    [null, "null"],
    ["profile.json", "a text"],
  ])("says what it was given instead of a profile (%#)", (what, sentence) => {
    assert.throws(
      () => normalize(what as Profile, {}),
      TypeError,
      `normalize: profile is ${sentence}, expected what compileProfile succeeds with`,
    )
  })
})

describe("normalize, with aliases of every kind", () => {
  const text = '{"title":"Frage","value":" x"}'
  /** Where a payload can have a value that aliases read, keep, move or replace. */
  const places: ReadonlyArray<readonly [name: string, make: (value: unknown) => object]> = [
    ["the payload", (value) => value as object],
    ["a target", (field) => ({ field, source: " x" })],
    ["around a target", (inner) => ({ inner, origin: { x: " x" } })],
    ["a source", (source) => ({ source })],
    ["beside a source", (rest) => ({ origin: { x: " x", rest }, rest })],
    ["around a source", (origin) => ({ origin })],
    ["a numbered source", (value) => ({ q1_tel: value, q2_tel: { area: value, phone: " 7" } })],
    ["a joined field", (phone) => ({ q1_tel: { area: " 0681", phone } })],
    ["a list of answers", (answers) => ({ answers })],
    ["an item", (item) => ({ answers: [item, { title: "Frage", value: " x" }, item] })],
    ["a question", (title) => ({ answers: [{ title, value: " x" }] })],
    ["an answer", (value) => ({ answers: [{ title: "Frage", value }] })],
    ["one of several answers", (value) => ({ answers: [{ title: "Frage", value: ["a", value, "b"] }] })],
    ["a collected answer", (x) => ({ answers: [{ title: "Frage", values: [{ x }, x, { x: " x" }] }] })],
    ["beside an answer", (rest) => ({ answers: [{ title: "Frage", value: "a", rest }] })],
    ["the options", (options) => ({ answers: [{ title: "Frage", value: "a", options }] })],
    ["an option", (option) => ({ answers: [{ title: "Frage", value: "a", options: [option] }] })],
    ["an option's id", (id) => ({ answers: [{ title: "Frage", value: "a", options: [{ id, text: "A" }] }] })],
    [
      "an option's text",
      (x) => ({ answers: [{ title: "Frage", value: "a", options: [{ id: "a", text: x }] }] }),
    ],
    ["the texts of questions", (fields) => ({ form: { fields }, answers: [{ title: "f1", value: " x" }] })],
    [
      "a text of a question",
      (x) => ({ form: { fields: [{ id: "f1", text: x }] }, answers: [{ title: "f1" }] }),
    ],
    ["beside a text that holds JSON", (rest) => ({ raw: `{"list":[${text}],"a":" x"}`, rest })],
    ["an object of answers", (value) => ({ answers: { Frage: value, Andere: { title: "Frage", value } } })],
    [
      "a sparse list of answers",
      (x) => ({ answers: Object.assign([], { 3: { title: "Frage", value: x } }) }),
    ],
  ]

  const profileOf = (kind: FieldKind): Profile =>
    profileWith({
      fields: { field: kind, "inner.field": kind, "list.*": kind, joined: kind, "raw.a": kind },
      aliases: {
        field: ["answers.Frage", "source"],
        "inner.field": ["origin.x", "origin"],
        "inner.other": ["raw.a", "raw.list.Frage"],
        joined: [
          { path: "q{n}_tel", join: ["country", "area", "phone"], required: ["country"], prefix: "+" },
          { path: "q{n}_tel", join: ["area", "phone"] },
          "q{n}_tel",
        ],
      },
      answer_lists: [
        {
          path: "answers",
          question: ["title", "key"],
          question_texts: { path: "form.fields", id: "id", text: "text" },
          answer: ["value", "values.*.x", "other.0"],
          options: { path: "options", id: "id", text: "text" },
        },
        { path: "raw.list", question: "title", answer: "value" },
      ],
    })

  /** Paths that a payload can be read at however it is made; a cycle cannot be printed. */
  const summaryOf = ({ changes, unread }: ReturnType<typeof normalize>) => ({
    changes: changes.map(({ path, kind, from }) => [kind, path, from]),
    unread,
  })

  for (const [name, make] of [...strange, ...containers]) {
    it.each(places)(`has a result for ${name} as %s, and for that the same one`, (_place, payloadOf) => {
      for (const kind of ["phone", "number", "text"] as const) {
        const profile = profileOf(kind)
        const value = make()
        const payload = payloadOf(value)
        const once = given(profile, payload)
        assert.strictEqual(typeof once.payload, "object")
        const twice = given(profile, once.payload)
        assert.deepStrictEqual(summaryOf(twice).changes, [], kind)
        assert.deepStrictEqual(twice.unread, once.unread, kind)
        // What was given is not changed: the result for it is the same again.
        assert.deepStrictEqual(summaryOf(given(profile, payload)), summaryOf(once), kind)
      }
    })
  }

  it("has a result for a getter that throws the second time, in every place", () => {
    for (const [, payloadOf] of places) {
      let count = 0
      const value = Object.defineProperty({ title: "Frage" }, "value", {
        enumerable: true,
        get: () => {
          count += 1
          if (count > 1) throw new Error("no")
          return " x"
        },
      })
      const once = given(profileOf("text"), payloadOf(value))
      assert.deepStrictEqual(given(profileOf("text"), once.payload).changes, [])
    }
  })

  it("ends for payloads that contain themselves at every place of an alias", () => {
    for (const [, payloadOf] of places) {
      const payload = payloadOf({ title: "Frage", value: " x" }) as Record<string, unknown>
      payload["answers"] ??= payload
      payload["origin"] = payload
      payload["source"] = [payload, payload]
      payload["form"] = { fields: [payload, { id: "f1", text: payload }] }
      assert.strictEqual(typeof given(profileOf("text"), payload).payload, "object")
    }
  })
})

describe("compileProfile", () => {
  const listed = { ...defaultProfile, aliases: { a: ["l.Frage"] } }

  for (const [name, make] of [...strange, ...containers]) {
    it(`has a result for ${name}, as a profile and in every place of one`, () => {
      const value = make()
      for (const data of [
        value,
        { ...defaultProfile, fields: value },
        { ...defaultProfile, fields: { a: value } },
        { ...defaultProfile, aliases: { a: value } },
        { ...defaultProfile, aliases: { a: [value, "b"] } },
        { ...defaultProfile, aliases: { a: [{ path: value, join: value }] } },
        { ...defaultProfile, aliases: { a: [{ path: "b", join: ["c", value], required: [value] }] } },
        { ...defaultProfile, aliases: { a: [{ path: "b", join: ["c", "d"], prefix: value }] } },
        { ...defaultProfile, version: value },
        { ...listed, answer_lists: [{ path: "l", question: value, answer: value }] },
        { ...listed, answer_lists: [{ path: "l", question: ["q", value], answer: ["v", value] }] },
        { ...listed, answer_lists: [{ path: "l", question: "q", answer: "v", options: value }] },
        { ...listed, answer_lists: [{ path: value, question: "q", answer: "v", question_texts: value }] },
        { ...defaultProfile, answer_lists: [value] },
      ]) {
        assert.isTrue(Result.isResult(compileProfile(data)))
      }
    })
  }
})
