import type { CountryCode } from "libphonenumber-js/min"
import { longestGerman, parsePhone } from "./phoneNumber.ts"

/**
 * Splits a text at the slashes between numbers. The first slash may belong to a number, after its area code:
 * `0175/234234`. Another one separates numbers, and so does one before a trunk 0 or a plus, or one after a complete number
 * if both parts are too long for one number: `0681/12345 / 23456`, `0681 123456 / 0170 1234567`. In `0681 12345 / 46` the
 * second part is a line or an ending beside the first.
 */
export const splitAtSlashes = (text: string, country: CountryCode): ReadonlyArray<string> => {
  const [first = "", second, ...more] = text.split("/")
  if (second === undefined) return [text]
  if (isAreaCode(first)) {
    if (startsNumber(second)) return [first, ...splitAtSlashes([second, ...more].join("/"), country)]
    return more.length === 0 ? [text] : [`${first}/${second}`, ...splitAtSlashes(more.join("/"), country)]
  }
  const isOne =
    more.length === 0 &&
    !startsNumber(second) &&
    !isTooLong(text, country) &&
    !isAnother(first, second, country)
  return isOne ? [text] : [first, ...splitAtSlashes([second, ...more].join("/"), country)]
}

const digitsIn = (text: string): string => text.replaceAll(/\D/g, "")

/** Whether the text before a slash has only an area code, of at most five digits after the trunk 0. */
const isAreaCode = (text: string): boolean =>
  digitsIn(text.replace(/^[( ]*(?:\+|00)\d{1,3}[ ()-]/, "").replace(/^[( ]*(?:\+|00)49/, "")).length <= 6

const startsNumber = (text: string): boolean => /^[( ]*[+0]/.test(text) && digitsIn(text).length >= 8

/** Whether the first part is a number, and the second stands apart or has at most three digits. */
const isAnother = (first: string, second: string, country: CountryCode): boolean =>
  country === "DE" &&
  ((first.endsWith(" ") && second.startsWith(" ")) || digitsIn(second).length <= 3) &&
  parsePhone(first.replace(/^[^+(\d]+/, ""), country, "valid") !== undefined

const isTooLong = (text: string, country: CountryCode): boolean =>
  country === "DE" &&
  digitsIn(text)
    .replace(/^(?:00)?49|^0/, "")
    .replace(/^0/, "").length > longestGerman
