import { isRawNumber } from "@lead-gateway/lossless-json"
import type { CountryCode } from "libphonenumber-js/min"
import type { FieldDeclaration } from "../FieldDeclaration.ts"
import type { ProfileData } from "../ProfileData.ts"
import { readDate } from "./date.ts"
import { readEmail } from "./email.ts"
import { type Converter, Unreadable } from "./FieldTree.ts"
import { nameCleaner } from "./name.ts"
import { readNumber } from "./number.ts"
import { readPhone, textOf } from "./phone.ts"
import { readPhoneLines } from "./phoneField.ts"
import { postalCodeReader, type PostalCountry } from "./postalCode.ts"
import { cleanFold, cleanText } from "./text.ts"

/** A declaration as an object, with its options. */
export type Options = Exclude<FieldDeclaration, string>

/** A declaration as an object: `"phone"` is short for `{ "kind": "phone" }`. */
export const optionsOf = (declaration: FieldDeclaration): Options =>
  typeof declaration === "string" ? { kind: declaration } : declaration

/** Makes the converter of a declared field. The country of a postal code must have been checked before. */
export const converterOf = (options: Options, profile: ProfileData): Converter => {
  switch (options.kind) {
    case "email":
      return convertEmail
    case "name":
      return nameConverter(profile.default_country)
    case "text":
      return (value) => (typeof value === "string" ? cleanText(value) : value)
    case "phone":
      return phoneConverter(options.country ?? profile.default_country)
    case "postal_code":
      return postalCodeConverter((options.country ?? profile.default_country) as PostalCountry)
    case "boolean":
      return booleanConverter(booleansOf(options))
    case "number":
      return numberConverter({
        notation: options.notation ?? profile.notation,
        // The longest first, so that kWh is not read as kW and the unit h.
        units: (options.units ?? []).map(cleanFold).sort((a, b) => b.length - a.length),
      })
    case "date":
      return dateConverter({
        order: options.order ?? (profile.notation === "de" ? "day_first" : undefined),
        twoDigitYearsFrom: options.two_digit_years_from,
      })
  }
}

const nameConverter = (country: CountryCode): Converter => {
  const clean = nameCleaner(country)
  return (value) => (typeof value === "string" ? clean(value) : new Unreadable(value))
}

const convertEmail: Converter = (value) => {
  if (typeof value !== "string") return new Unreadable(value)
  const clean = cleanText(value)
  return clean === "" ? clean : (readEmail(cleanFold(clean)) ?? new Unreadable(clean))
}

const phoneConverter =
  (country: CountryCode): Converter =>
  (value) => {
    if (typeof value === "boolean") return null
    const isText = typeof value === "string"
    if (!isText && typeof value !== "number" && !isRawNumber(value)) return new Unreadable(value)
    const text = isText ? cleanText(value) : textOf(value)
    const number =
      (isText && text !== value ? readLines(value, country) : undefined) ?? readPhone(text, country)
    return number === undefined ? new Unreadable(isText ? text : value) : number
  }

const lineBreak = /[\n\v\f\r\u0085\u2028\u2029]+/

const readLines = (text: string, country: CountryCode): string | undefined =>
  text.length <= maxLines && lineBreak.test(text)
    ? readPhoneLines(text.split(lineBreak).map(cleanText), country)
    : undefined

/** Longer texts are not looked through line by line. */
const maxLines = 1000

const postalCodeConverter = (country: PostalCountry): Converter => {
  const read = postalCodeReader(country)
  return (value) => {
    if (typeof value !== "string" && typeof value !== "number") return new Unreadable(value)
    const clean = typeof value === "string" ? cleanText(value) : value
    return clean === "" ? clean : (read(clean) ?? new Unreadable(clean))
  }
}

/** The texts that every boolean field reads as true or false, in lower case. */
export const defaultBooleans: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "ja", "1"].map((text): [string, boolean] => [text, true]),
  ...["false", "no", "nein", "0"].map((text): [string, boolean] => [text, false]),
])

const booleansOf = ({ yes = [], no = [] }: Extract<Options, { readonly kind: "boolean" }>) =>
  new Map([
    ...defaultBooleans,
    ...yes.map((text): [string, boolean] => [cleanFold(text), true]),
    ...no.map((text): [string, boolean] => [cleanFold(text), false]),
  ])

const booleanConverter =
  (booleans: ReadonlyMap<string, boolean>): Converter =>
  (value) => {
    if (typeof value === "boolean") return value
    if (typeof value === "number" || isRawNumber(value)) {
      return booleans.get(textOf(value)) ?? new Unreadable(value)
    }
    if (typeof value !== "string") return new Unreadable(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (booleans.get(cleanFold(clean)) ?? new Unreadable(clean))
  }

const numberConverter =
  (options: Parameters<typeof readNumber>[1]): Converter =>
  (value) => {
    if (Number.isFinite(value) || isRawNumber(value)) return value
    if (typeof value !== "string") return new Unreadable(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (readNumber(clean, options) ?? new Unreadable(clean))
  }

const dateConverter =
  (reading: Parameters<typeof readDate>[1]): Converter =>
  (value) => {
    if (typeof value !== "string") return new Unreadable(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (readDate(clean, reading) ?? new Unreadable(clean))
  }
