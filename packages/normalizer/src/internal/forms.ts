import { isRawNumber } from "@lead-gateway/lossless-json"
import type { FieldDeclaration } from "../FieldDeclaration.ts"
import type { ProfileData } from "../Profile.ts"
import { readDate } from "./date.ts"
import { type Form, NotRead } from "./Form.ts"
import { cleanFreeText } from "./freeText.ts"
import { cleanName } from "./name.ts"
import { readNumber } from "./number.ts"
import { type Country, phoneOf, textOf } from "./phone.ts"
import { postalCodeReader, type PostalCountry } from "./postalCode.ts"
import { cleanFold, cleanText } from "./text.ts"

/** A declaration with its options, whichever way it was written. */
export type Options = Exclude<FieldDeclaration, string>

export const optionsOf = (declaration: FieldDeclaration): Options =>
  typeof declaration === "string" ? { kind: declaration } : declaration

/** Makes the form of a declared field. The postal country is known to be one where the kind needs it. */
export const formOf = (options: Options, profile: ProfileData): Form => {
  switch (options.kind) {
    case "email":
      return emailForm
    case "name":
      return textual(cleanName)
    case "text":
      return (value) => (typeof value === "string" ? cleanFreeText(value) : value)
    case "phone":
      return phoneForm(options.country ?? profile.default_country)
    case "postal_code":
      return postalCodeForm((options.country ?? profile.default_country) as PostalCountry)
    case "boolean":
      return booleanForm(wordsOf(options))
    case "number":
      return numberForm({
        notation: options.notation ?? profile.notation,
        // The longest first: kWh is no unit h behind kW.
        units: (options.units ?? []).map(cleanFold).sort((a, b) => b.length - a.length),
      })
    case "date":
      return dateForm({
        order: options.order ?? (profile.notation === "de" ? "day_first" : undefined),
        twoDigitYearsFrom: options.two_digit_years_from,
      })
  }
}

const textual =
  (clean: (text: string) => string): Form =>
  (value) =>
    typeof value === "string" ? clean(value) : new NotRead(value)

const emailForm: Form = (value) => {
  if (typeof value !== "string") return new NotRead(value)
  const clean = cleanFold(value)
  const at = clean.indexOf("@")
  return clean === "" || (at > 0 && at < clean.length - 1) ? clean : new NotRead(clean)
}

const phoneForm =
  (country: Country): Form =>
  (value) => {
    if (typeof value === "boolean") return null
    return phoneOf(typeof value === "string" ? cleanText(value) : textOf(value), country)
  }

const postalCodeForm = (country: PostalCountry): Form => {
  const read = postalCodeReader(country)
  return (value) => {
    if (typeof value !== "string" && typeof value !== "number") return new NotRead(value)
    const clean = typeof value === "string" ? cleanText(value) : value
    return clean === "" ? clean : (read(clean) ?? new NotRead(clean))
  }
}

/** The words that every boolean field knows. */
export const plainWords: ReadonlyMap<string, boolean> = new Map([
  ...["true", "yes", "ja", "1"].map((word): [string, boolean] => [word, true]),
  ...["false", "no", "nein", "0"].map((word): [string, boolean] => [word, false]),
])

const wordsOf = ({ yes = [], no = [] }: Extract<Options, { readonly kind: "boolean" }>) =>
  new Map([
    ...plainWords,
    ...yes.map((word): [string, boolean] => [cleanFold(word), true]),
    ...no.map((word): [string, boolean] => [cleanFold(word), false]),
  ])

const booleanForm =
  (words: ReadonlyMap<string, boolean>): Form =>
  (value) => {
    if (typeof value === "boolean") return value
    if (typeof value !== "string") return new NotRead(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (words.get(cleanFold(clean)) ?? new NotRead(clean))
  }

const numberForm =
  (reading: Parameters<typeof readNumber>[1]): Form =>
  (value) => {
    if (typeof value === "number" || isRawNumber(value)) return value
    if (typeof value === "boolean") return new NotRead(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (readNumber(clean, reading) ?? new NotRead(clean))
  }

const dateForm =
  (reading: Parameters<typeof readDate>[1]): Form =>
  (value) => {
    if (typeof value !== "string") return new NotRead(value)
    const clean = cleanText(value)
    return clean === "" ? clean : (readDate(clean, reading) ?? new NotRead(clean))
  }
