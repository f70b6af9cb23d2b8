import { assert, describe, it } from "@effect/vitest"
import { Arbitrary, Result, Schema } from "effect"
import { getCountries, parsePhoneNumberFromString } from "libphonenumber-js/min"
import { parsePhoneNumberFromString as parseWithMaxMetadata } from "libphonenumber-js/max"
import examples from "libphonenumber-js/mobile/examples"
import type { Json } from "@lead-gateway/lossless-json"
import { type Change, compileProfile, defaultProfile, normalize } from "@lead-gateway/normalizer"
import { propertyRuns, propertyRunsTimes } from "@lead-gateway/testkit/property-runs"

const profileFor = (country: string) =>
  Result.getOrThrow(compileProfile({ ...defaultProfile, default_country: country }))

const profile = profileFor("DE")
const phone = (value: Json, by = profile): Json | undefined =>
  normalize(by, { phone: value }).payload["phone"]
const change = (value: Json): Change["kind"] | undefined =>
  normalize(profile, { phone: value }).changes[0]?.kind

/** What people put into a phone field, in pieces. */
const pieces = [
  "0123456789".split(""),
  "00004499++ -/().,;:#~xX*".split(""),
  ["+49", "0049", "(0)", "+1", "+54", "011", "tel:", ";ext=", " ext. ", ";phone-context=", ";isub="],
  ["\uff0b", "\uff11", "\u0661", "\u06f5", "\u00a0", "\u200b", "\u2013", "\ud83d\ude00", "\udc00", "FLOWERS"],
].flat()

const Phone = Arbitrary.array(Arbitrary.schema(Schema.Literals(pieces)), { maxLength: 24 }).pipe(
  Arbitrary.map((chosen) => chosen.join("")),
)
/** A number with a prefix that Germans use, in groups with something between. */
const GermanPhone = Arbitrary.all({
  prefix: Arbitrary.schema(Schema.Literals(["0", "+49", "0049", "+49 (0) ", "(0", "+49-", "+49(0", "00"])),
  groups: Arbitrary.array(
    Arbitrary.all({
      digits: Arbitrary.schema(Schema.Int.check(Schema.isBetween({ minimum: 0, maximum: 99_999 }))),
      between: Arbitrary.schema(
        Schema.Literals(["", "", " ", "/", "-", " / ", " - ", ".", ") ", ")", "(", " (0) ", "--", ". "]),
      ),
    }),
    { minLength: 1, maxLength: 5 },
  ),
}).pipe(
  Arbitrary.map(({ prefix, groups }) => {
    const [{ digits } = { digits: 0 }, ...rest] = groups
    return `${prefix}${digits}${rest.map(({ digits, between }) => `${between}${digits}`).join("")}`
  }),
)
const Country = Schema.Union([Schema.Literal("DE"), Schema.Literals(getCountries())])

describe("a phone number", () => {
  it("becomes E.164, with Germany as its country where it names none", () => {
    for (const [written, number] of [
      ["+49123456789", "+49123456789"],
      ["0123 456789", "+49123456789"],
      [" 0151/234 56-78 ", "+491512345678"],
      ["0049 151 2345678", "+491512345678"],
      ["49 151 2345678", "+491512345678"],
      ["+49 (0) 151 2345678", "+491512345678"],
      ["+490151 2345678", "+491512345678"],
      ["+4901512345678", "+491512345678"],
      ["Tel. 0151 2345678 (mobil)", "+491512345678"],
      ["089 1234-0 ext. 5", "+498912340"],
      ["tel:+1-201-555-0123;ext=7", "+12015550123"],
      ["\uff0b\uff14\uff19 151 2345678", "+491512345678"],
      ["+\u0664\u0669 151 2345678", "+491512345678"],
      ["+43 660 1234567", "+436601234567"],
      ["+7 800 555 35 35", "+78005553535"],
    ] as const) {
      assert.strictEqual(phone(written), number, written)
    }
    assert.strictEqual(change("0151 2345678"), "phone")
    assert.isUndefined(change("+491512345678"))
  })

  it("belongs to the default country of the profile", () => {
    assert.strictEqual(phone("(201) 555-0123", profileFor("US")), "+12015550123")
    assert.strictEqual(phone("0660 1234567", profileFor("AT")), "+436601234567")
    assert.strictEqual(phone("392 123 4567", profileFor("IT")), "+393921234567")
    assert.strictEqual(phone("47 12 34 56", profileFor("NO")), "+4747123456")
  })

  it("that can't be read stays as it came, and is reported", () => {
    for (const written of [
      "7",
      "+0800 123",
      "+999 12",
      "0049",
      "0151 2345678 ab 18 Uhr 30 bitte",
      "0151 234567890123",
      "01512345678901234567",
      "1".repeat(300),
      "a\u0661b\uff12",
      "nach 18 Uhr: 0171 2345678",
      "4 Zimmer 0171 2345678",
      "1.71E+09",
    ]) {
      assert.deepStrictEqual(normalize(profile, { phone: ` ${written} ` }), {
        payload: { phone: written },
        changes: [{ path: "phone", kind: "text" }],
        unread: [{ path: "phone", kind: "phone" }],
      })
    }
  })

  it("loses no digits to an extension that is none", () => {
    for (const written of ["0171,2345678", "0681, 12345", "0681#12345", "+49 681 x 12345"]) {
      assert.strictEqual(phone(written), written)
    }
    assert.strictEqual(phone("0681 12345, 12"), "+4968112345")
    assert.strictEqual(phone("0171 2345678 x12"), "+491712345678")
  })

  it("may have its country code twice, as forms that begin with one lead to", () => {
    for (const written of [
      "+49 +49 171 2345678",
      "+49+49171 2345678",
      "+49 0049 171 2345678",
      "0049 (0049) 171 2345678",
    ]) {
      assert.strictEqual(phone(written), "+491712345678", written)
    }
    assert.strictEqual(phone("+49 0171 2345678"), "+491712345678")
    assert.strictEqual(phone("+49 491 712345"), "+49491712345")
  })

  it("without any digit counts as missing", () => {
    for (const value of ["", " ", "n/a", "+", "unbekannt", "\u200b", true, false]) {
      assert.isNull(phone(value))
      assert.strictEqual(change(value), "phone_missing")
    }
    for (const value of [[], {}]) assert.isNull(phone(value))
    for (const value of [["0151 2345678", ""], { number: "0151 2345678" }])
      assert.deepStrictEqual(phone(value), value)
    assert.isNull(phone(null))
    assert.isUndefined(change(null))
  })

  it("may have come as a JSON number", () => {
    assert.strictEqual(phone(4_915_112_345_678), "+4915112345678")
    assert.strictEqual(phone(15_112_345_678), "+4915112345678")
    const raw = JSON.rawJSON("49151123456789012345")
    for (const number of [raw, 1e21, 0, 1.5]) assert.strictEqual(phone(number), number)
  })

  it("gets the same answer each time it is asked for, also with an RFC 3966 context", () => {
    for (let i = 0; i < 3; i++) {
      assert.strictEqual(phone("tel:030 1234567;phone-context=+49"), "+49301234567")
      const local = "030 1234567;phone-context=example.com"
      assert.strictEqual(phone(local), local)
    }
  })

  it("is read, however long it is and however it is written", () => {
    // What takes the square of the length or more would not end within the time that a test has.
    for (const hostile of [
      "1".repeat(240) + "a1",
      "1 ".repeat(120) + "x1",
      "+" + "1,".repeat(120) + "x1",
      `tel:1;phone-context=${"1".repeat(60)}!`,
      "a.".repeat(124) + "1",
      "1x".repeat(124),
      "1/".repeat(124),
      "+1/0".repeat(62),
      "1 ".repeat(500_000),
    ]) {
      assert.strictEqual(phone(hostile), hostile.trim())
    }
  })

  it("of every country stays what it is once in E.164", () => {
    for (const country of getCountries()) {
      const parsed = parsePhoneNumberFromString(examples[country], country)
      assert.strictEqual(phone(examples[country], profileFor(country)), parsed?.number)
    }
  })

  it("of Germany in E.164 is what the library makes of it", () => {
    for (let start = 10; start < 10_000; start += start < 1000 || propertyRunsTimes > 1 ? 1 : 7) {
      for (const rest of ["", "0", "12", "0000000", "123456789"]) {
        const number = `+49${start}${rest}`
        assert.strictEqual(parsePhoneNumberFromString(number, "DE")?.number, number)
      }
    }
  })

  it.prop(
    "as Germans write it is what the library makes of it",
    [GermanPhone],
    ([written]) => {
      // The library takes a country code that comes twice for an area code.
      if (/.0049/.test(written.replaceAll(/\D/g, ""))) return
      // Several trunk zeros are not read.
      if (/^(?:\+49|0049)?00(?!49)/.test(written.replaceAll(/[^\d+]/g, ""))) return
      let number = parsePhoneNumberFromString(written, "DE")
      // `+4900151…` loses one trunk 0 each time.
      for (let i = 0; i < 5; i++) number = parsePhoneNumberFromString(number?.number ?? "", "DE")
      const digits = number?.nationalNumber ?? ""
      // What may be several numbers, a date, or lacks its area code is not read as the library reads it.
      if (
        !/^[1-9]\d{4,10}$/.test(digits) ||
        written.split("/").length > 2 ||
        /\/ ?0|^\d+[-.]\d|^(?:\D*\d){7,}\D*\//.test(written)
      )
        return
      if (number?.countryCallingCode === "49") assert.strictEqual(phone(written), number.number)
    },
    propertyRuns(2000),
  )

  it("of Germany in each of its notations is what the library makes of it", () => {
    for (let start = 10; start < 10_000; start += start < 1000 || propertyRunsTimes > 1 ? 1 : 7) {
      for (const rest of ["0", "123", "000000", "1234567", "012345678"]) {
        const digits = `${start}${rest}`
        if (digits.length < 5) continue
        for (const prefix of ["0", "+49", "+490", "0049", "00490"]) {
          assert.strictEqual(parsePhoneNumberFromString(prefix + digits, "DE")?.number, `+49${digits}`)
        }
      }
    }
  }, 60_000)

  it.prop(
    "changes nothing the second time, however it is written",
    [Phone, Country],
    ([written, country]) => {
      const by = profileFor(country)
      const { payload: once, unread } = normalize(by, { phone: written })
      const twice = normalize(by, once)
      assert.strictEqual(twice.payload, once)
      assert.deepStrictEqual(twice.unread, unread)
      if (unread.length === 0) assert.match(JSON.stringify(once), /^{"phone":(null|"\+\d{4,15}")}$/)
      assert.match(JSON.stringify(once), /^{"phone":(null|".*")}$/)
    },
    propertyRuns(600),
  )

  it.prop("is parsed alike with the largest metadata", [Phone, Country], ([written, country]) => {
    if (written.includes(";phone-context=")) return
    assert.strictEqual(
      parsePhoneNumberFromString(written, country)?.number,
      parseWithMaxMetadata(written, country)?.number,
    )
  })
})
