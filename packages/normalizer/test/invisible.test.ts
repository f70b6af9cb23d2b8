import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@lead-gateway/lossless-json"
import { normalize, type FieldKind } from "@lead-gateway/normalizer"
import { fieldOf, profileWith } from "./support.ts"

const undeclared = profileWith({})
const cleaned = (text: string) => normalize(undeclared, { a: [{ b: text }] }).payload["a"]

/** Characters without width, inside a value of every kind. */
const invisible = [
  "\u00ad",
  "\u034f",
  "\u061c",
  "\u115f",
  "\u1160",
  "\u17b4",
  "\u180b",
  "\u180e",
  "\u200b",
  "\u200c",
  "\u200d",
  "\u200e",
  "\u200f",
  "\u202a",
  "\u202c",
  "\u202e",
  "\u2060",
  "\u2064",
  "\u2066",
  "\u2069",
  "\u206f",
  "\u2800",
  "\u3164",
  "\ufe00",
  "\ufe0f",
  "\ufeff",
  "\uffa0",
  "\ufff9",
  "\u{1bca0}",
  "\u{1d173}",
  "\u{e0001}",
  "\u{e0061}",
  "\u{e0100}",
  "\0",
  "\u007f",
  "\u0085\u200b",
]

describe("an invisible character", () => {
  it.each<[kind: FieldKind, before: string, after: string, value: Json]>([
    ["email", "an", "na@example.com", "anna@example.com"],
    ["phone", "0681 12", "34567", "+496811234567"],
    ["postal_code", "66", "123", "66123"],
    ["boolean", "j", "a", true],
    ["number", "12", "34,5", 1234.5],
    ["date", "2026-02", "-01", "2026-02-01"],
    ["name", "AN", "NA", "Anna"],
    ["text", "Flach", "dach", "Flachdach"],
  ])("in a %s hides nothing of it", (kind, before, after, value) => {
    const field = fieldOf(kind)
    for (const character of invisible.slice(0, -1)) {
      assert.deepStrictEqual(field(before + character + after), [value, true], escape(character))
      assert.deepStrictEqual(field(character + before + after + character), [value, true], escape(character))
    }
  })

  it("is removed from every text, nested ones too", () => {
    for (const character of invisible.slice(0, -1)) {
      assert.deepStrictEqual(cleaned(`a${character}b`), [{ b: "ab" }], escape(character))
    }
    assert.deepStrictEqual(cleaned("a\u0085\u200b b"), [{ b: "a b" }])
    assert.deepStrictEqual(cleaned("e\u200b\u0301"), [{ b: "é" }])
  })

  it.each([
    ["66\u00ad123", "composed"],
    ["\u3164\u3164", "mozilla/addons-server#21439"],
    ["\u2800\u2800 \u2800", "velopert/velog#39"],
    ["\u115f\u1160", "Codepoints/awesome-codepoints#3"],
    ["\ufeff \u200b", "validatorjs/validator.js#802"],
  ])("alone, as in %j, leaves a blank text or what is seen (%s)", (text) => {
    assert.deepStrictEqual(cleaned(text), [{ b: text.startsWith("6") ? "66123" : "" }])
  })

  it.each([
    ["می\u200cروم", "diegosouzapw/OmniRoute#12186"],
    ["کتاب\u200cها", "diegosouzapw/OmniRoute#12359"],
    ["افزونه\u200cی", "kepano/defuddle#103"],
    ["हि\u200dन्दी क्\u200dष", "UAX 31, section 2.3, B"],
    ["ශ්\u200dරී", "UAX 31, section 2.3, B"],
    ["👨\u200d👩\u200d👧", "UTS 51, section 2.2"],
    ["👩🏽\u200d🚀 🏳️\u200d🌈 🏴\u200d☠️", "UTS 51, emoji-zwj-sequences"],
    ["❤\ufe0e ❤\ufe0f ©\ufe0f", "Codepoints/awesome-codepoints#5"],
    ["1\ufe0f\u20e3 #\ufe0f\u20e3", "UTS 51, emoji-sequences"],
    ["🏴\u{e0067}\u{e0062}\u{e0065}\u{e006e}\u{e0067}\u{e007f}", "EmojiTwo/emojitwo#57"],
    ["葛\u{e0100}城市", "UTS 37, an ideographic variation sequence"],
    ["ᠮᠠᠨᠠ\u180eᠠ ᠠ\u180b", "Unicode, section 13.5"],
    ["\u1112\u1160\u11ab \u115f\u1161", "Unicode, section 18.6"],
    ["⠓⠑⠀⠽", "Braille"],
  ])("stays in %j, which needs it (%s)", (text) => {
    assert.deepStrictEqual(cleaned(text), [{ b: text }])
  })

  it.each([
    ["a\u200cb", "ab", "diegosouzapw/OmniRoute#12359"],
    ["५\u200dकिलो", "५किलो", "medic/cht-core#7654"],
    ["می\u200c ", "می", "UAX 31, section 2.3, A"],
    ["🏴\u{e0067}\u{e0062}", "🏴", "UTS 51: a tag sequence ends with U+E007F"],
    ["hi\u{e0068}\u{e0069}", "hi", "AlexanderMattTurner/agent-sanitizer#126"],
    ["😀\u{e0101}\u{e0102}", "😀", "AlexanderMattTurner/agent-sanitizer#126"],
    ["👧\u200d\u200d👧 👩\u200d", "👧👧 👩", "UTS 51"],
    ["ខ្មែរ\u200bភាសា", "ខ្មែរភាសា", "digitalbiblesociety/browserbible-3#88"],
  ])("is removed from %j, where it means nothing (%#)", (text, after) => {
    assert.deepStrictEqual(cleaned(text), [{ b: after }])
  })

  it("is removed in linear time", () => {
    for (const piece of [
      "🏴\u{e0067}",
      "\u200d",
      "م\u200c",
      "1\ufe0f",
      "👧\u200d",
      "\u115f",
      "\u2800",
      "ᠠ\u180e",
    ]) {
      assert.isArray(cleaned(`${piece.repeat(200_000)}!`))
    }
  })
})

const escape = (text: string): string => `U+${(text.codePointAt(0) ?? 0).toString(16)}`
