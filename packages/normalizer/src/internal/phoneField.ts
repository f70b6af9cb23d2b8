/** What people write into a phone field besides one number: several numbers, labels, extensions, letters, remarks. */
import type { CountryCode } from "libphonenumber-js/min"
import { parseDigits } from "libphonenumber-js/min"
import { isDateLike } from "./date.ts"
import { hasTrunkZero, parsePhone } from "./phoneNumber.ts"
import { splitAtSlashes } from "./phoneSlashes.ts"
import { readTelUri } from "./telUri.ts"

/** Longer texts are not read as phone numbers. */
const maxLength = 250

/** Reads the first phone number of a text in E.164; `undefined` if there is none that can be read with certainty. */
export const readPhoneField = (text: string, country: CountryCode): string | undefined => {
  if (text.length > maxLength) return undefined
  const plain = plainOf(text)
  if (isDateLike(plain)) return undefined
  if (/^tel:|;phone-context=/i.test(plain)) return readTelUri(plain, country)
  const pieces = plain.split(separator)
  if (pieces.length > 1) return firstOf(pieces, country)
  const juxtaposed = plain.includes("/") ? readJuxtaposed(plain, country, [beforePrefix]) : undefined
  if (juxtaposed !== undefined) return juxtaposed
  const atSlashes = splitAtSlashes(plain, country)
  if (atSlashes.length > 1) return firstOf(atSlashes, country)
  return readOne(plain, country, "possible") ?? readJuxtaposed(plain, country)
}

/**
 * Reads the first phone number of a text with one on each line. `undefined` for a line whose digits do not begin as a
 * number does: it may be the rest of the line before.
 */
export const readPhoneLines = (lines: ReadonlyArray<string>, country: CountryCode): string | undefined => {
  const numbers = lines.map(plainOf).filter((line) => /\d/.test(line))
  if (numbers.length < 2 || !numbers.every((line) => isComplete(withoutLabel(line), country)))
    return undefined
  for (const line of numbers) {
    const number = line.length > maxLength ? undefined : readPhoneField(line, country)
    if (number !== undefined && parsePhone(number, country, "valid") !== undefined) return number
  }
  return undefined
}

/** Digits of every script, a full-width plus and all dashes as those of ASCII. */
const plainOf = (text: string): string =>
  /^[ -~]*$/.test(text)
    ? text
    : text
        .replaceAll(/\p{Nd}/gu, (digit) => parseDigits(digit) || digit)
        .replaceAll("\uff0b", "+")
        .replaceAll(/[\u2010-\u2015\u2212\uff0d]/g, "-")

/** What separates two numbers, or a number from a remark in brackets. */
const separator =
  /[,;|&]+| (?:oder|or|und|and|bzw\.?|od\.|sowie) | (?=(?:tel|telefon|fon|phone|fax|telefax|mobil|handy|mob)[.: ])| ?\((?=\p{L})/iu

const firstOf = (pieces: ReadonlyArray<string>, country: CountryCode): string | undefined => {
  for (const piece of pieces) {
    const number = readComplete(piece, country)
    if (number !== undefined) return number
  }
  return undefined
}

/** Reads a part of a text: it must be a valid number, with the trunk 0 if its country has one: `0171,2345678` has none. */
const readComplete = (piece: string, country: CountryCode): string | undefined => {
  const text = withoutLabel(piece)
  return isComplete(text, country) ? readOne(text, country, "valid") : undefined
}

const isComplete = (text: string, country: CountryCode): boolean =>
  !hasTrunkZero(country) || /^[( ]*(?:\+|0)/.test(text)

/** Words before a number, which end with a space or a colon: `Tel.: 0681 …`; not the letter before the digits of `o681 …`. */
const label = /^\(?\p{L}[\p{L}. /-]*[.:) ]+(?=[+(\d])/u

const withoutLabel = (text: string): string =>
  text
    .trim()
    .replace(label, "")
    .replace(/[ .:!?)]+$/, closed)

/** Keeps the bracket of `(0681) (12345)`; removes the one of `0681 12345)`, whose other was cut off. */
const closed = (end: string, _: number, text: string): string =>
  end.startsWith(")") && text.includes("(") ? ")" : ""

/** An extension in the notations of libphonenumber; it is no part of E.164 (RFC 3966, section 5.3). */
const extension = /^(.*\d[) ]*?)[ -]*(?:ext(?:ension|n)?|x|#|int|доб)[.: ]*\d{1,7}(?:\/x?\d{1,7})?#?$/iu

const readOne = (text: string, country: CountryCode, certainty: "possible" | "valid"): string | undefined => {
  const bare = withoutLabel(text)
  const extended = extension.exec(bare)?.[1]
  if (extended !== undefined) {
    return isComplete(extended, country) ? parsePhone(extended, country, "valid") : undefined
  }
  if (!/\p{L}/u.test(bare)) return parsePhone(bare, country, certainty)
  return readVanity(bare, country) ?? readBeforeWords(bare, country)
}

/**
 * Reads letters as the digits that they are on a keypad (ITU-T E.161): `1-800-FLOWERS`, `0800 SOLAR24`. Only as libphonenumber
 * does, with three letters or more, and only where such numbers are in use: in North America, and after a prefix for
 * freephone and other services. Letters after a number that is complete are words.
 */
const readVanity = (text: string, country: CountryCode): string | undefined => {
  if (!vanity.test(text) || !isComplete(text, country)) return undefined
  if (readBeforeWords(text, country, "any") !== undefined) return undefined
  const digits = text.replaceAll(
    /[a-z]/gi,
    (letter) => keypad[letter.toLowerCase().charCodeAt(0) - 0x61] ?? "",
  )
  const number = parsePhone(digits, country, "valid")
  return number !== undefined && inUse.test(number) ? number : undefined
}

const vanity = /^[+\d(][\d ()./-]*(?:[a-z][\d ()./-]*){3,}$/i

const inUse = /^\+(?:1\d{10}$|[2-9]\d{0,2}?(?:[789]00|13|180|508))/

/** The digits of the letters a to z. */
const keypad = "22233344455566677778889999"

/** Reads a number before words without a digit: `0681 1234567 abends`; with `any`, whatever comes after its digits. */
const readBeforeWords = (
  text: string,
  country: CountryCode,
  words: "digitless" | "any" = "digitless",
): string | undefined => {
  const head = text.slice(0, text.search(/\p{L}/u))
  if (words === "digitless" && (/\d/.test(text.slice(head.length)) || !/[ ,(:-]$/.test(head)))
    return undefined
  const digits = head.replace(/[ ,(:/.-]+$/, "")
  return isComplete(digits, country) ? parsePhone(digits, country, "valid") : undefined
}

/** A space before a plus or a trunk 0. */
const beforePrefix = / (?=[+0])/

/** Reads the first of several numbers that only ` - ` or spaces separate; every one must be a valid number. */
const readJuxtaposed = (
  text: string,
  country: CountryCode,
  separators: ReadonlyArray<RegExp> = [/ - /, beforePrefix, / /],
): string | undefined => {
  for (const between of separators) {
    const pieces = text.split(between)
    const first = pieces.length > 1 ? readComplete(pieces[0] ?? "", country) : undefined
    if (first === undefined) continue
    if (pieces.slice(1).every((piece) => readComplete(piece, country) !== undefined)) return first
  }
  return undefined
}
