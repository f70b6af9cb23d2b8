import { assert, describe, it } from "@effect/vitest"
import { oneLine, printValue } from "@lead-gateway/document-check"
import { Schema } from "effect"

/** What a person is shown of a text, and who else shows it so, or why. */
const table: ReadonlyArray<readonly [text: string, shown: string, source: string]> = [
  // Invisible characters.
  ["anna\u200b@example.com", String.raw`anna\u200b@example.com`, "the report: U+200B before an e-mail"],
  ["66\u00ad123", String.raw`66\u00ad123`, "the report: U+00AD, soft hyphen"],
  ["\u206066123", String.raw`\u206066123`, "the report: U+2060, word joiner"],
  [
    "66123\u202c",
    String.raw`66123\u202c`,
    "the report: U+202C, copied with a number from Windows' calculator",
  ],
  ["\u202a66123", String.raw`\u202a66123`, "the report: U+202A, copied from Windows' certificate dialog"],
  ["\u200e0681", String.raw`\u200e0681`, "the report: U+200E, copied with phone numbers from iOS contacts"],
  ["\ufeffid", String.raw`\ufeffid`, "https://github.com/jquast/wcwidth/issues/22"],
  ["你好\u200b汽車", String.raw`你好\u200b汽車`, "https://github.com/lucivpav/cwg/issues/64"],
  ["a\u200cb", String.raw`a\u200cb`, "https://github.com/databricks/cli/pull/3508"],
  ["Ja\ufffc", String.raw`Ja\ufffc`, "U+FFFC, left behind by dictation on iOS"],
  ["access\u202e\u2066// admin\u2069", String.raw`access\u202e\u2066// admin\u2069`, "CVE-2021-42574"],
  ["\u061cx\u200f", String.raw`\u061cx\u200f`, "UAX 9, 2.6: implicit directional marks"],
  ["hi\u{e0061}\u{e0062}", String.raw`hi\udb40\udc61\udb40\udc62`, "UTS 51, ED-14a: tags outside an emoji"],
  ["a\ufe01b", String.raw`a\ufe01b`, "UAX 44, Default_Ignorable_Code_Point: variation selectors"],
  ["葛\u{e0100}", String.raw`葛\udb40\udd00`, "UTS 37: ideographic variation, seen or not by font"],
  ["1\ufe0f", String.raw`1\ufe0f`, "UTS 51, ED-20: a keycap needs U+20E3"],
  ["a\u034fb", String.raw`a\u034fb`, "UAX 44, Default_Ignorable_Code_Point: combining grapheme joiner"],
  // Spaces that are none, and letters that are blank.
  ["0681\u00a012345", String.raw`0681\u00a012345`, "no-break space, as word processors make it"],
  ["5\u202f000", String.raw`5\u202f000`, "narrow no-break space, CLDR's group mark in French"],
  ["5\u2009000", String.raw`5\u2009000`, "thin space, the group mark of SI"],
  ["東京\u3000都", String.raw`東京\u3000都`, "ideographic space"],
  ["\u1680\u2000\u200a\u205f", String.raw`\u1680\u2000\u200a\u205f`, "General_Category Zs"],
  [
    "\u3164",
    String.raw`\u3164`,
    "Hangul filler, a blank letter: https://certitude.consulting/blog/en/invisible-backdoor/",
  ],
  ["\u115f\u1160\uffa0", String.raw`\u115f\u1160\uffa0`, "UAX 44, Default_Ignorable_Code_Point: fillers"],
  ["\u2800", String.raw`\u2800`, "the empty Braille pattern, a blank symbol"],
  // What steers a terminal or fakes a line.
  ["a\u001b[2J\n", String.raw`a\u001b[2J\u000a`, "C0"],
  ["\u009b2J\u0085\u007f", String.raw`\u009b2J\u0085\u007f`, "C1 and DEL"],
  ["\u2028\u2029", String.raw`\u2028\u2029`, "line and paragraph separator"],
  // What has no meaning of its own.
  ["\u{10d4ea}\r", String.raw`\udbf5\udcea\u000d`, "rust-lang/rust, test_escape_debug: unassigned"],
  ["\u{10ffff}\uffff", String.raw`\udbff\udfff\uffff`, "rust-lang/rust, test_escape_debug: noncharacters"],
  [
    "\u0301a\u0301bé\ue000",
    `${String.raw`\u0301`}a\u0301bé${String.raw`\ue000`}`,
    "rust-lang/rust, test_escape_debug",
  ],
  ["ab\u200b", String.raw`ab\u200b`, "rust-lang/rust, test_escape_debug"],
  ["\u007f\u00ff", `${String.raw`\u007f`}ÿ`, "rust-lang/rust, test_escape_debug"],
  ["x\ud800", String.raw`x\ud800`, "RFC 8259, 8.2: a lone surrogate"],
  // Marks that no letter carries.
  ["\u0308Uwe", String.raw`\u0308Uwe`, "a mark at the start"],
  ["a\u200b\u0301", String.raw`a\u200b\u0301`, "a mark on what is not seen"],
  ['say "\u0301"', String.raw`say "\u0301"`, "a mark on a quote"],
  ["a \u0308\u0301b", String.raw`a \u0308\u0301b`, "marks on a space"],
]

/** Ordinary texts, with why somebody might escape them. */
const readable: ReadonlyArray<readonly [text: string, why: string]> = [
  ["Größe: 5 m² – „Ja“ €", "German"],
  ["Zoe\u0308 Mu\u0308ller", "umlauts of two characters, as macOS writes them"],
  ["Łukasz Ďurič İstanbul ﬁ", "letters with marks"],
  ["東京都 北京 한국어", "CJK"],
  ["हिन्दी தமிழ் ไทย עברית العربية", "scripts that have marks or run from right to left"],
  ["ＡＢＣ１２３", "full width, which is seen"],
  ["😀 ☎ ©", "emoji of one character"],
  ["❤️ ☎️ ©️ 1️⃣ *️⃣", "emoji with U+FE0F"],
  ["👍🏽 🇩🇪", "emoji of two characters"],
  ["👩‍👩‍👧 🧑‍💻 ❤️‍🔥 🏳️‍🌈", "emoji joined by U+200D"],
  ["🏴󠁧󠁢󠁥󠁮󠁧󠁿", "the flag of England, made of tags"],
  ["\u0600\u0661\u0662", "an Arabic number sign, a format character that is seen"],
  ["\u{10000}", "a letter beyond U+FFFF"],
  ["�", "U+FFFD, which is seen"],
  ["C:\\new \\u200b", "a backslash that somebody wrote"],
]

describe("oneLine", () => {
  it.each(table)("shows what cannot be seen by its code: %j as %s (%s)", (text, shown) => {
    assert.strictEqual(oneLine(text), shown)
    assert.strictEqual(oneLine(shown), shown)
  })

  it.each(readable)("leaves %s: %s", (text) => {
    assert.strictEqual(oneLine(text), text)
  })

  it.each(table)("keeps JSON the JSON that it is: %j", (text) => {
    assert.strictEqual(JSON.parse(oneLine(JSON.stringify(text))), text)
    assert.deepStrictEqual<unknown>(JSON.parse(printValue({ [text]: [text] })), { [text]: [text] })
  })

  it.prop(
    "leaves nothing that could fake a line, and no JSON with another meaning",
    [Schema.String],
    ([text]) => {
      assert.match(oneLine(text), /^[^\p{Cc}\p{Cs}\p{Zl}\p{Zp}\p{Bidi_Control}\u200b\u00a0]*$/u)
      assert.strictEqual(JSON.parse(oneLine(JSON.stringify(text))), text)
      assert.strictEqual(oneLine(oneLine(text)), oneLine(text))
    },
  )

  it("is done with a megabyte of ordinary text at once", () => {
    const text = "Größe 東京 ".repeat(100_000)
    const start = performance.now()
    assert.strictEqual(oneLine(text), text)
    assert.isBelow(performance.now() - start, 1000)
  })
})

describe("printValue", () => {
  it("leaves no joiner behind where it cuts an emoji", () => {
    for (let before = 110; before < 121; before++) {
      const printed = printValue("a".repeat(before) + "👩‍👩‍👧 🏴󠁧󠁢󠁥󠁮󠁧󠁿".repeat(9))
      assert.notMatch(printed, /[\u200d\u{e0020}-\u{e007f}]…$/u)
      assert.match(printed, /…$/)
    }
  })
})
