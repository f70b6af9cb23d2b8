import { assert, describe, it } from "@effect/vitest"
import type { Json } from "@lead-gateway/lossless-json"
import { readingOf, unread } from "./support.ts"

/** Sources: tests of google/libphonenumber, as ported in daviddrysdale/python-phonenumbers. */
const utilTest = "python-phonenumbers, phonenumberutiltest.py"
const matcherTest = "python-phonenumbers, phonenumbermatchertest.py"
const report = "a lead form's field, by the habits of DIN 5008"

describe("a phone field", () => {
  it.each<[country: string, written: Json, number: string | null | typeof unread, source: string]>([
    // Several numbers: the first that can be read.
    ["DE", "0175/234234, 0160/345345", "+49175234234", report],
    ["DE", "keine, 0170 1234567", "+491701234567", report],
    ["DE", "0681/12345 / 23456", "+4968112345", report],
    ["DE", "0681 123456 / 0170 1234567", "+49681123456", report],
    ["DE", "0681/123456 oder 0170/1234567", "+49681123456", report],
    ["DE", "0681 123456; 0170 1234567", "+49681123456", report],
    ["DE", "06811234567 (mobil 0170 1234567)", "+496811234567", report],
    ["DE", "Tel 0681-12345 Fax 0681-12346", "+4968112345", report],
    ["DE", "0171 2345678 0681 12345", "+491712345678", report],
    ["DE", "0681 1234567 / -68", "+496811234567", report],
    ["DE", "0681/1234567-68/69", "+49681123456768", report],
    ["DE", "0175 / 0160 345345", "+49160345345", report],
    ["DE", "0171,2345678", unread, report],
    ["DE", "0171 2345678 9012345678", unread, report],
    ["BE", "+32 2 633 11 22;+32 2 633 11 23", "+3226331122", "alltheplaces/alltheplaces#9548"],
    ["BE", "02/633 11 22", "+3226331122", "alltheplaces/alltheplaces#9548"],
    ["ES", "513140867 513140868", "+34513140867", "catamphetamine/libphonenumber-js#268"],
    ["US", "415-666-7777 - 800-443-1223 - 212-443-1223", "+14156667777", matcherTest],
    ["US", "(530) 583-6985 x302/x2303", "+15305836985", utilTest],
    // Extensions: no part of E.164 (RFC 3966, section 5.3). A Durchwahl is part of the number.
    ["DE", "0721-9638-537", "+497219638537", "google/libphonenumber#740"],
    ["DE", "0234/123456-106", "+49234123456106", "TrevorPilley/phone-number-parser#689"],
    ["AT", "+43 (1) 727 27-0", "+431727270", "floere/phony#177"],
    ["DE", "0681 12345 Durchwahl 12", unread, report],
    ["DE", "0681 12345 DW 12", unread, report],
    ["DE", "0681 12345 ext. 12", "+4968112345", utilTest],
    ["NZ", "03 331 6005 ext 3456", "+6433316005", utilTest],
    ["NZ", "03-3316005x3456", "+6433316005", utilTest],
    ["NZ", "03 3316005 #3456", "+6433316005", utilTest],
    ["US", "(800) 901-3355 ,extensión 7246433", "+18009013355", utilTest],
    ["RU", "8 (423) 202-25-11, доб. 100", "+74232022511", utilTest],
    ["US", "+12679000000,,123456789012345#", "+12679000000", utilTest],
    // Letters: the digits of ITU-T E.161, or words.
    ["US", "1-800-FLOWERS", "+18003569377", "ITU-T E.161"],
    ["DE", "1-800-FLOWERS", unread, "a German field: neither a trunk 0 nor a plus"],
    ["DE", "+1 650 GOO OGLE", "+16504666453", "ITU-T E.161"],
    [
      "DE",
      "0800 FOR PIZZA",
      "+4980036774992",
      "ITU-T E.161; RFC 3966, section 5.1.2, leaves letters to the sender",
    ],
    ["DE", "0800 SOLAR24", "+498007652724", "ITU-T E.161"],
    ["NZ", "0800 DDA 005", "+64800332005", utilTest],
    ["NZ", "0900 332 6005a", unread, utilTest],
    ["US", "1800 six-flags", unread, utilTest],
    ["US", "650x2531234", unread, matcherTest],
    ["DE", "0681-1234567 Mo-Fr", "+496811234567", report],
    ["DE", "0681 1234567 (ab 18 Uhr)", "+496811234567", report],
    ["DE", "Tel.: 0681 1234567", "+496811234567", report],
    ["DE", "0681 12 34 56 7 (Büro)", "+496811234567", report],
    ["DE", "0681 Tel 12345", unread, report],
    ["DE", "o681 1234567", unread, "the letter o for a zero"],
    // RFC 3966.
    ["DE", "tel:863-1234;phone-context=+1-914-555", unread, "RFC 3966, section 5.1.5"],
    ["DE", "tel:+1-201-555-0123;ext=7", "+12015550123", "RFC 3966, section 5.3"],
    ["DE", "tel:03-331-6005;phone-context=+64", "+6433316005", utilTest],
    ["DE", "tel:331-6005;phone-context=+64-3", "+6433316005", utilTest],
    ["DE", "tel:03-331-6005;isub=12345;phone-context=+64", "+6433316005", utilTest],
    ["US", "tel:253-0000;phone-context=www.google.com", unread, "RFC 3966, section 5.1.5"],
    ["NZ", "tel:033316005;phone-context=", unread, utilTest],
    ["NZ", "tel:033316005;phone-context=64", unread, utilTest],
    ["NZ", "tel:033316005;phone-context=++64", unread, utilTest],
    ["DE", "tel:+49301234567;phone-context=+49", unread, "RFC 3966, section 5.1.4: a global number has none"],
    // Neither numbers nor possible.
    ["DE", "12. March", unread, report],
    ["US", "3/10/1984", unread, matcherTest],
    ["GB", "31/8/2011", unread, matcherTest],
    ["DE", "2012-01-02 08:00", unread, matcherTest],
    ["DE", "01.01.1980", unread, matcherTest],
    ["DE", "31.12.2026 14 Uhr", unread, matcherTest],
    ["DE", "20260201", unread, matcherTest],
    ["DE", "abends nach 18 Uhr", unread, report],
    ["DE", "00", unread, report],
    ["DE", "0000000000", unread, report],
    ["DE", "110", unread, "an emergency number"],
    ["DE", "66123", unread, "a postal code"],
    ["DE", "00000681 1234567", unread, report],
    ["DE", "+0681 1234567", unread, "ITU-T E.164: no country code begins with 0"],
    ["DE", "0170 1234567890123456", unread, "ITU-T E.164: at most 15 digits"],
    ["DE", "keine", null, report],
    // Lists and objects without a digit are missing too; with one they are unread.
    ["DE", [], null, "a form's repeated field without an entry"],
    ["DE", {}, null, "a form's composed field without an entry"],
    ["DE", ["-", ""], null, report],
    ["DE", [null, { number: " ", verified: false }], null, report],
    ["DE", { country: "DE", number: "keine" }, null, report],
    ["DE", true, null, "a box to tick"],
    ["DE", ["0681 12345", "-"], unread, report],
    // A list of one is its item.
    ["DE", ["0681 12345"], "+4968112345", "a multiple choice, an array of PHP"],
    ["DE", [4968112345], "+4968112345", report],
    ["DE", ["0681/12345, 0170 1234567"], "+4968112345", report],
    ["DE", ["66123"], unread, report],
    ["DE", [["0681 12345"]], unread, report],
    ["DE", { number: 68112345 }, unread, report],
    ["DE", [["\u0661"]], unread, "a digit of another script"],
    ["DE", Array.from({ length: 200 }, () => ""), unread, "too long to be looked through"],
    ["DE", "\u0966\u096f\u096e", unread, "digits of Devanagari, too few"],
    // Digits that are complete but not in the usual notation.
    ["DE", "49170 1234567", "+491701234567", "the plus was lost"],
    ["DE", "170 1234567", "+491701234567", "a spreadsheet dropped the 0"],
    ["DE", "+49 0681 1234567", "+496811234567", report],
    ["DE", "0049 (0) 681 1234567", "+496811234567", report],
    ["DE", "015566123456", "+4915566123456", "a range that is newer than most lists"],
    // Invisible characters.
    ["DE", "\u200e079022222222", "+4979022222222", "contao/core#8434"],
    ["DE", "\u2068+49 681 1234567\u2069", "+496811234567", "signalapp/Signal-Android#11630"],
    ["DE", "\u202a+49 681 1234567\u202c", "+496811234567", "glific/glific#4815"],
    ["US", "1 (650) 253\u00ad0000", "+16502530000", utilTest],
    ["US", "(650) 253-0000\u200f", "+16502530000", matcherTest],
  ])("in %s, %j, is %s (%s)", (default_country, written, number) => {
    assert.strictEqual(readingOf("phone", { default_country })(written), number)
  })
})
