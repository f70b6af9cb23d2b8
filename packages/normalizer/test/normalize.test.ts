import { assert, describe, it } from "@effect/vitest"
import { Result } from "effect"
import { type Json, type JsonObject, parse, stringify } from "@lead-gateway/lossless-json"
import { compileProfile, defaultProfile, maxChanges, normalize } from "@lead-gateway/normalizer"
import { anyJson } from "@lead-gateway/testkit/any-json"

const profile = Result.getOrThrow(compileProfile(defaultProfile))
/** Payloads with something in them that the normaliser has something to do with. */
const AnyPayload = anyJson({
  keys: ["email", "phone", "house", "is_owner"],
  texts: [
    "\u0085",
    "J\u030c",
    " JA ",
    "1",
    "0",
    "Ì@X.DE",
    "0151 2345678",
    "+49 (0) 681 12-34",
    "0049 0 0151",
    "tel:+1-201-555-0123",
    "\u0661\u0662\u0663",
  ],
}).object

const payloadIn = (text: string) => Result.getOrThrow(parse(text)) as JsonObject
const normalized = (text: string) => stringify(normalize(profile, payloadIn(text)).payload)
const cleaned = (text: string) => normalize(profile, { text }).payload["text"]

describe("normalize", () => {
  it("trims every string and collapses its white space, nested ones too", () => {
    assert.strictEqual(
      normalized('{"a":"  x \\t\\n y ","b":[" z",{"c":"u  v"}],"d":""}'),
      '{"a":"x y","b":["z",{"c":"u v"}],"d":""}',
    )
  })

  it("knows all white space of Unicode", () => {
    const spaces =
      "\t\n\v\f\r \u0085\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
    for (const space of `${spaces}\u2028\u2029\u202f\u205f\u3000`) {
      assert.strictEqual(cleaned(`${space}a${space}b${space}${space}c${space}`), "a b c")
    }
  })

  it("composes up to 30 marks on a letter, and leaves more as they are", () => {
    const marked = (marks: number) => `x e${"\u0301\u0316".repeat(marks / 2)} y`
    assert.strictEqual(cleaned(marked(30)), marked(30).normalize("NFC"))
    assert.notStrictEqual(cleaned(marked(30)), marked(30))
    assert.strictEqual(cleaned(marked(32)), marked(32))
    assert.strictEqual(cleaned(`  ${marked(1_000_000)}`), marked(1_000_000))
  })

  it("composes Unicode and takes lone surrogates as they are", () => {
    assert.strictEqual(cleaned("Mu\u0308ller"), "M\u00fcller")
    assert.strictEqual(cleaned("\u212b"), "\u00c5")
    assert.strictEqual(cleaned("\u1112\u1161\u11ab"), "\ud55c")
    assert.strictEqual(cleaned("\ud834 a\udd1e"), "\ud834 a\udd1e")
  })

  it("writes e-mail addresses in lower case, in declared fields alone", () => {
    assert.strictEqual(
      normalized('{"email":" Ada.L@Example.COM ","other":"A@B.DE"}'),
      '{"email":"ada.l@example.com","other":"A@B.DE"}',
    )
  })

  it("reads texts as booleans, in declared fields alone", () => {
    const owner = (text: string) => normalized(`{"house":{"is_owner":${text}}}`)
    for (const text of ["true", "Yes", "JA", "1", " ja ", "j\u200ba"])
      assert.strictEqual(owner(`"${text}"`), owner("true"))
    assert.strictEqual(owner("1"), owner("true"))
    assert.strictEqual(owner("0"), owner("false"))
    for (const text of ["false", "No", "NEIN", "0", "\\u00a0nein"]) {
      assert.strictEqual(owner(`"${text}"`), owner("false"))
    }
    for (const other of ['"vielleicht"', '""', "2", "0.5", "null", "[]", "{}", '["ja","ja"]', '[["ja"]]']) {
      assert.strictEqual(owner(other), `{"house":{"is_owner":${other}}}`)
    }
    assert.strictEqual(owner('"  weiß   nicht "'), owner('"weiß nicht"'))
    assert.strictEqual(normalized('{"is_owner":"ja","house":"ja"}'), '{"is_owner":"ja","house":"ja"}')
  })

  it("changes neither keys nor values that it does not know", () => {
    for (const text of [
      '{" Email ":1,"__proto__":{"phone":"x","is_owner":"ja"},"toString":null}',
      '{"id":12345678901234567890,"list":[0.1234567890123456789,true,null,-0,1e400]}',
      '{"email":["A"],"house":[{"is_owner":"ja"}]}',
    ]) {
      const payload = payloadIn(text)
      assert.strictEqual(normalize(profile, payload).payload, payload)
    }
  })

  it("keeps __proto__ an own key where something beside it or in it changes", () => {
    const { payload } = normalize(profile, payloadIn('{"__proto__":{"a":" x"},"b":" y"}'))
    assert.strictEqual(Object.getPrototypeOf(payload), Object.prototype)
    assert.strictEqual(stringify(payload), '{"__proto__":{"a":"x"},"b":"y"}')
  })

  it("reads declared fields from own properties alone", () => {
    const inherited = compileProfile({
      ...defaultProfile,
      fields: { "__proto__.phone": "phone", "constructor.name": "phone" },
    })
    assert.deepStrictEqual(normalize(Result.getOrThrow(inherited), { a: 1 }).payload, { a: 1 })
  })

  it("shares what did not change, and does not touch what came in", () => {
    const payload = payloadIn('{"same":{"a":["x"]},"other":{"b":" y","c":[1]}}')
    const before = stringify(payload)
    const after = normalize(profile, payload).payload
    assert.strictEqual(stringify(payload), before)
    assert.strictEqual(after["same"], payload["same"])
    assert.notStrictEqual(after["other"], payload["other"])
    assert.strictEqual((after["other"] as JsonObject)["c"], (payload["other"] as JsonObject)["c"])
  })

  it("reports where and how each value changed, and never the value", () => {
    const { changes } = normalize(
      profile,
      payloadIn('{"email":"A@b.de","phone":"n/a","house":{"is_owner":"ja"},"a":[{"b":" c"}],"ok":"d"}'),
    )
    assert.deepStrictEqual(changes, [
      { path: "email", kind: "email" },
      { path: "phone", kind: "phone_missing" },
      { path: "house.is_owner", kind: "boolean" },
      { path: "a.0.b", kind: "text" },
    ])
  })

  it("makes all changes but reports a limited number, with short paths", () => {
    const key = "k".repeat(1000)
    const { payload, changes } = normalize(profile, { [key]: Array.from({ length: 500 }, () => " x") })
    assert.deepStrictEqual(
      payload[key],
      Array.from({ length: 500 }, () => "x"),
    )
    assert.lengthOf(changes, maxChanges)
    assert.strictEqual(changes[7]?.path, `${"k".repeat(60)}….7`)
  })

  it("goes as deep as a payload may be", () => {
    const nested = (inner: string) =>
      '{"a":'.repeat(256) + "[".repeat(255) + inner + "]".repeat(255) + "}".repeat(256)
    assert.strictEqual(normalized(nested('" x"')), nested('"x"'))
  })

  it("returns for deeper ones too, and looks into the first thousand levels", () => {
    let deep: Json = " x"
    for (let level = 0; level < 100_000; level++) deep = [deep]
    const { payload, changes } = normalize(profile, { deep, near: " y" })
    assert.strictEqual(payload["deep"], deep)
    assert.deepStrictEqual(changes, [{ path: "near", kind: "text" }])
  })

  it("writes the path of a change so that a dot in a key is no dot between keys", () => {
    const { changes } = normalize(profile, { "a.b": [" x"], "c d": " y" })
    assert.deepStrictEqual(
      changes.map(({ path }) => path),
      [String.raw`a\.b.0`, "c d"],
    )
  })

  it("reads the items of a list that a * in the profile means, and a key that is one", () => {
    const listed = Result.getOrThrow(
      compileProfile({
        ...defaultProfile,
        fields: { "contacts.*.owner": "boolean", "scores.*": "number", "first.0": "number" },
      }),
    )
    const { payload, unread } = normalize(
      listed,
      payloadIn(
        '{"contacts":[{"owner":"ja"},7,{"owner":"x"}],"scores":{"*":"1,5","0":"1,5"},"first":["1,5","1,5"]}',
      ),
    )
    assert.strictEqual(
      stringify(payload),
      '{"contacts":[{"owner":true},7,{"owner":"x"}],"scores":{"0":"1,5","*":1.5},"first":[1.5,"1,5"]}',
    )
    assert.deepStrictEqual(unread, [{ path: "contacts.2.owner", kind: "boolean" }])
  })

  it.prop("changes nothing the second time, whatever the payload", [AnyPayload], ([payload]) => {
    const once = normalize(profile, payload)
    const twice = normalize(profile, once.payload)
    assert.strictEqual(twice.payload, once.payload)
    assert.isEmpty(twice.changes)
  })

  it.prop("keeps every key in its place", [AnyPayload], ([{ phone: _, ...payload }]) => {
    const keysOf = (value: unknown): unknown =>
      typeof value === "object" && value !== null && !JSON.isRawJSON(value)
        ? Object.entries(value).map(([key, inner]) => [key, keysOf(inner)])
        : []
    assert.deepStrictEqual(keysOf(normalize(profile, payload).payload), keysOf(payload))
  })
})
