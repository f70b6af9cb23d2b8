import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@lead-gateway/lossless-json"
import { fieldOf, profileWith } from "./support.ts"
import { type FieldDeclaration, normalize } from "@lead-gateway/normalizer"

describe("a postal code", () => {
  const field = (country: string) => fieldOf("postal_code", { default_country: country })

  it.each<[country: string, written: string | number, code: string]>([
    ["DE", "66123", "66123"],
    ["DE", " 66 123", "66123"],
    ["DE", "D-66123", "66123"],
    ["DE", "de 66123", "66123"],
    ["DE", 66_123, "66123"],
    ["DE", 1067, "01067"],
    ["AT", "A-1010", "1010"],
    ["CH", 8001, "8001"],
    ["NL", "1234ab", "1234 AB"],
    ["NL", "NL-1234 AB", "1234 AB"],
    ["PL", "00001", "00-001"],
    ["PL", 1, "1"],
    ["PL", 950, "00-950"],
    ["CZ", "11000", "110 00"],
    ["PT", "1000205", "1000-205"],
    ["US", 501, "00501"],
    ["US", "12345 6789", "12345-6789"],
    ["IT", 118, "00118"],
    ["GB", "sw1a1aa", "SW1A 1AA"],
    ["GB", "M1 1AE", "M1 1AE"],
    ["CA", "k1a-0b1", "K1A 0B1"],
    ["RO", 10011, "010011"],
    ["US", 123_456_789, "12345-6789"],
  ])("of %s is read from %j", (country, written, code) => {
    if (code.length > 1) assert.deepStrictEqual(field(country)(written), [code, true])
    else assert.deepStrictEqual(field(country)(written), [written, false])
  })

  it("of an unknown form stays", () => {
    for (const value of [
      "1067",
      "661234",
      "6612",
      "F-66123",
      "Saarbrücken",
      -1067,
      106.7,
      661_234,
      true,
      [],
      {},
    ]) {
      assert.deepStrictEqual(field("DE")(value), [value, false])
    }
    assert.deepStrictEqual(field("NL")(1234), [1234, false])
    assert.deepStrictEqual(field("GB")(11), [11, false])
    assert.deepStrictEqual(field("DE")("  66123  Saarbrücken "), ["66123 Saarbrücken", false])
  })

  it("belongs to the country of its field", () => {
    assert.deepStrictEqual(fieldOf({ kind: "postal_code", country: "AT" })("A 1010"), ["1010", true])
  })
})

describe("yes or no", () => {
  it("has more texts where the field declares them", () => {
    const field = fieldOf({ kind: "boolean", yes: ["Ja, ich bin  Eigentümer"], no: ["Mieter", "Straße"] })
    assert.deepStrictEqual(field("ja, ich bin EIGENTU\u0308MER"), [true, true])
    assert.deepStrictEqual(field(" MIETER "), [false, true])
    assert.deepStrictEqual(field("ja"), [true, true])
    assert.deepStrictEqual(field("vielleicht"), ["vielleicht", false])
  })

  it("is read from the numbers 1 and 0, but from no other, nor a list or an object, and nothing stays nothing", () => {
    const field = fieldOf("boolean")
    for (const yes of [1, JSON.rawJSON("1")]) assert.deepStrictEqual(field(yes), [true, true])
    for (const no of [0, -0, JSON.rawJSON("0")]) assert.deepStrictEqual(field(no), [false, true])
    assert.deepStrictEqual(fieldOf({ kind: "boolean", yes: ["2"] })(2), [true, true])
    for (const value of [2, -1, 0.5, ["ja", "ja"], {}]) assert.deepStrictEqual(field(value), [value, false])
    for (const value of [null, "", true]) assert.deepStrictEqual(field(value), [value, true])
  })
})

describe("a list of one", () => {
  it.each<[declaration: FieldDeclaration, list: ReadonlyArray<Json>, item: Json]>([
    ["email", [" Anna@Example.com "], "anna@example.com"],
    ["name", ["ANNA MÜLLER"], "Anna Müller"],
    ["text", [" a  b "], "a b"],
    ["text", [7], 7],
    ["postal_code", [66123], "66123"],
    ["boolean", ["Ja"], true],
    ["boolean", [false], false],
    ["number", ["1234,5"], 1234.5],
    ["date", ["01.02.2026"], "2026-02-01"],
    ["email", [" "], ""],
  ])("in a field declared as %s, %j, is its item, %j", (declaration, list, item) => {
    assert.deepStrictEqual(fieldOf(declaration, { notation: "de" })(list), [item, true])
  })

  it("stays a list if its item cannot be read, and so do several", () => {
    assert.deepStrictEqual(fieldOf("email")([" a@ "]), [["a@"], false])
    assert.deepStrictEqual(fieldOf("boolean")([" ja ", "nein"]), [["ja", "nein"], false])
    assert.deepStrictEqual(fieldOf("text")([{ a: " x" }]), [[{ a: "x" }], false])
  })
})

describe("a phone number", () => {
  it("that cannot be parsed is kept and reported", () => {
    assert.deepStrictEqual(fieldOf("phone")(" 7"), ["7", false])
    assert.deepStrictEqual(fieldOf("phone")("keins"), [null, true])
    assert.deepStrictEqual(fieldOf({ kind: "phone", country: "AT" })("0660 1234567"), ["+436601234567", true])
  })
})

describe("a name", () => {
  const field = fieldOf("name")

  it.each<[string, string]>([
    ["ANNA-MARIA VON DER LEYEN", "Anna-Maria von der Leyen"],
    ["  ada   lovelace ", "Ada Lovelace"],
    ["VON DER LEYEN", "von der Leyen"],
    ["VAN DER BERG", "Van der Berg"],
    ["ludwig van beethoven", "Ludwig van Beethoven"],
    ["LE", "Le"],
    ["DE LUCA", "De Luca"],
    ["O'BRIEN", "O'Brien"],
    ["d’angelo", "D’Angelo"],
    ["SANA'A", "Sana'a"],
    ["MCDONALD", "McDonald"],
    ["mc", "Mc"],
    ["MACHADO", "Machado"],
    ["J.R.R. TOLKIEN", "J.R.R. Tolkien"],
    ["DR.-ING. MÜLLER", "Dr.-Ing. Müller"],
    ["DR. MED. ANNA MÜLLER-LÜDENSCHEIDT (GEB. HUBER)", "Dr. med. Anna Müller-Lüdenscheidt (geb. Huber)"],
    ["MÜLLER,ANNA/BERTA", "Müller,Anna/Berta"],
    ["henry viii", "Henry Viii"],
    ["JOHN DOE III", "John Doe III"],
    ["WEIß", "Weiß"],
    ["ΟΔΥΣΣΕΥΣ", "Οδυσσευς"],
    ["ß", "ß"],
    ["ﬁn", "ﬁn"],
    ["X", "X"],
    ["A\u200bDA", "Ada"],
  ])("in one case, %j, gets capitals: %j", (written, name) => {
    assert.deepStrictEqual(field(written), [name, true])
  })

  it.each([
    "MacDonald",
    "van Houten",
    "de la Cruz",
    "iPhone Müller",
    "İBRAHİM",
    "IŞıK",
    "李小龍",
    "Von Der Leyen",
  ])("in both cases, or in none, stays: %j", (name) => {
    assert.deepStrictEqual(field(name), [name, true])
  })

  it("is no number", () => {
    assert.deepStrictEqual(field(7), [7, false])
    assert.deepStrictEqual(field({ first: " ADA" }), [{ first: "ADA" }, false])
  })
})

describe("free text", () => {
  const clean = (text: string) => fieldOf("text")(text)[0]

  it("loses what is invisible and means nothing", () => {
    assert.strictEqual(clean("a\u0000b\u0007c\u007fd\u0080"), "abcd")
    assert.strictEqual(clean("Solar\u00adan\u200bla\u2060ge"), "Solaranlage")
    assert.strictEqual(clean("\u202eevil\u202c \u2066x\u2069"), "evil x")
    assert.strictEqual(clean("a\u200db\u200cc \u200d"), "abc")
    assert.strictEqual(clean("e\u200b\u0301"), "é")
    assert.strictEqual(clean("a \u200b b\n\u0085c"), "a b c")
  })

  it("keeps joiners where they join", () => {
    for (const text of ["👩‍👩‍👧", "🏳️‍🌈", "👩🏽‍🚀", "می‌خواهم", "ක්‍ර", "क्‍ष"]) assert.strictEqual(clean(text), text)
    assert.strictEqual(clean("👩\u200d\u200d👧 \u200d👧 👩\u200d"), "👩👧 👧 👩")
  })

  it("takes any other value", () => {
    for (const value of [7, true, null]) assert.deepStrictEqual(fieldOf("text")(value), [value, true])
  })
})

describe("text of every kind", () => {
  it("has one form, whatever character of Unicode is in it", () => {
    const profile = profileWith({ fields: { "email.*": "email", "name.*": "name", "text.*": "text" } })
    // Planes 4 to 13 are empty, 15 and 16 are private: no rule knows a character of theirs.
    for (let start = 0; start < 0xe1000; start = start === 0x3f000 ? 0xe0000 : start + 0x1000) {
      const characters = Array.from({ length: 0x1000 }, (_, i) => String.fromCodePoint(start + i))
      const once = normalize(profile, {
        email: characters.map((character) => `a${character}\u0323\u0301Σ`),
        name: characters.map((character) => `${character}${character}\u0301 ${character}`),
        text: characters.map((character) => `${character}\u200d👧 ${character}\u0301`),
      }).payload
      const twice = normalize(profile, once)
      assert.strictEqual(
        twice.payload,
        once,
        `from U+${start.toString(16)}: ${JSON.stringify(twice.changes[0])}`,
      )
    }
  }, 60_000)

  it("is brought into form, however long it is", () => {
    // What takes the square of the length or more would not end within the time that a test has.
    for (const piece of [
      "a",
      "1",
      "1.",
      "A ",
      "'",
      "\u200d",
      "\u200b",
      "e\u0301",
      "? ",
      "م\u200c",
      "O'",
      "👧\u200d",
    ]) {
      const text = `${piece.repeat(300_000)}!`
      for (const kind of ["email", "boolean", "number", "date", "postal_code", "name", "text"] as const) {
        assert.isString(fieldOf(kind)(text)[0])
      }
    }
  })
})
