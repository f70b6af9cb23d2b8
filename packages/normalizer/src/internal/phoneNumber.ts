/**
 * Parses one phone number by the rules of libphonenumber. The `min` metadata is enough: parsing needs country codes, trunk
 * prefixes and lengths, which all builds share; what `max` adds at twice the size distinguishes mobile from landline.
 */
import {
  type CountryCode,
  getCountryCallingCode,
  Metadata,
  type PhoneNumber,
  parsePhoneNumberFromString,
} from "libphonenumber-js/min"

/**
 * German numbers in E.164. The German trunk prefix is 0, so with another digit after the country code parsing returns
 * the same number. A test compares this with the library.
 */
export const isGerman = /^\+49[1-9]\d{3,12}$/

/** Digits of a German number without its trunk 0, of those assigned today (Bundesnetzagentur); old ones may be longer. */
export const longestGerman = 11

/** How certain a number must be: possible by its length, or also valid, where its notation is not a usual one. */
export type Certainty = "possible" | "valid"

/**
 * Parses digits, separators and a leading plus as one number in E.164. `undefined` for what is no number of the country
 * (too short, too long, an unknown country code, only zeros), and for a number without area code or country code where
 * the country has area codes.
 */
export const parsePhone = (text: string, country: CountryCode, certainty: Certainty): string | undefined => {
  if (!onlyDigits.test(text)) return undefined
  const number = readOnce(text, country)
  if (number === undefined || !isLikely(number, text, country, certainty)) return undefined
  return settle(number.number, country)
}

/** Digits, separators, and a plus where a number begins. */
const onlyDigits = /^[( ]*\+?[\d ()./-]*(?:\+[\d ()./-]*)?$/

/** `+` and at most 15 digits (E.164); the library also returns longer numbers, which are invalid. */
const maxLength = 16

const readOnce = (text: string, country: CountryCode): PhoneNumber | undefined => {
  const own = parseWithCodeOnce(text, country) ?? parseWithOwnCode(text, country)
  if (own !== undefined) return own
  // A plus in the middle begins another number.
  return text.includes("+", text.search(/[+\d]/) + 1) ? undefined : parsePhoneNumberFromString(text, country)
}

const isLikely = (number: PhoneNumber, text: string, country: CountryCode, certainty: Certainty): boolean => {
  const { nationalNumber } = number
  if (number.number.length > maxLength || !number.isPossible()) return false
  // Nearly everywhere a leading 0 is not part of the number.
  if (nationalNumber.startsWith("0") && !number.isValid()) return false
  const isDialled = !hasTrunkZero(country) || /^[( ]*(?:\+|0)/.test(text)
  if (isDialled && certainty === "possible") return true
  const shortest = planOf(number.country ?? country).isLoose ? (isDialled ? 6 : 8) : 0
  return number.isValid() && nationalNumber.length >= shortest
}

/** Whether numbers of a country begin with 0 where they are dialled within it. */
export const hasTrunkZero = (country: CountryCode): boolean => planOf(country).hasTrunkZero

interface Plan {
  readonly hasTrunkZero: boolean
  /**
   * Whether numbers have many lengths, as in Germany and Austria. Nearly every text of digits is valid then, so in an unusual
   * notation, or without the trunk 0, few digits are believed to be something else: a local number, a price.
   */
  readonly isLoose: boolean
}

const planOf = (country: CountryCode): Plan => {
  let plan = plans.get(country)
  if (plan === undefined) {
    const metadata = new Metadata()
    metadata.selectNumberingPlan(country)
    // The types of the library do not declare `nationalPrefix`.
    const numbering = metadata.numberingPlan as
      | { readonly possibleLengths: () => ReadonlyArray<number>; readonly nationalPrefix?: () => unknown }
      | undefined
    plan = {
      hasTrunkZero: numbering?.nationalPrefix?.() === "0",
      isLoose: (numbering?.possibleLengths() ?? []).length > 4,
    }
    plans.set(country, plan)
  }
  return plan
}

const plans = new Map<CountryCode, Plan>()

/**
 * Parses a number repeatedly until it no longer changes: `+4900151…` loses one trunk 0 each time. `undefined` if that ends
 * at what is not a possible number.
 *
 * Every known step of the library shortens the number. Should the steps ever form a cycle, the result is the smallest
 * number of the cycle, which does not depend on where the cycle is entered.
 */
const settle = (number: string, country: CountryCode): string | undefined => {
  const seen = [number]
  let last = number
  while (!isGerman.test(last)) {
    const next = readOnce(last, country)
    if (next === undefined || !isLikely(next, last, country, "possible")) return undefined
    const start = seen.indexOf(next.number)
    if (start !== -1) return seen.slice(start).reduce((a, b) => (a < b ? a : b))
    seen.push(next.number)
    last = next.number
  }
  return last
}

/**
 * Reads `49 151 2345678` as `+49 151 2345678`, though 049 could start an area code: a number without a trunk 0 usually
 * has its country code instead, and a JSON number can have neither a leading 0 nor a plus. The library prefers the area
 * code wherever a numbering plan has numbers of many lengths. Returns `undefined` if the digits after the country code
 * are not a valid number (`392 123 4567` in Italy).
 */
const parseWithOwnCode = (text: string, country: CountryCode): PhoneNumber | undefined => {
  if (!/^[1-9]/.test(text) || !text.startsWith(getCountryCallingCode(country))) return undefined
  const number = parsePhoneNumberFromString(`+${text}`, country)
  return number?.country === country && number.isValid() ? number : undefined
}

/** Reads `+49 +49 171 …` with its country code once; web forms that prefill the code cause such numbers. */
const parseWithCodeOnce = (text: string, country: CountryCode): PhoneNumber | undefined => {
  const [doubled = "", code] = /^(?:\+|00)(\d{1,3})[ ()\-./]*(?=(?:\+|00)\1)/.exec(text) ?? []
  if (code !== getCountryCallingCode(country)) return undefined
  const number = parsePhoneNumberFromString(text.slice(doubled.length), country)
  return number?.isValid() === true ? number : undefined
}
