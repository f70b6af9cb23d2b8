/**
 * Forms of postal codes: a `9` is a digit, an `A` a letter, everything else stands as it is. The second number is
 * how few digits a JSON number may have, which has lost the zeros at the front.
 */
const forms = {
  AT: ["9999", 4],
  BE: ["9999", 4],
  CH: ["9999", 4],
  CZ: ["999 99", 5],
  DE: ["99999", 4],
  DK: ["9999", 3],
  ES: ["99999", 4],
  FI: ["99999", 3],
  FR: ["99999", 4],
  HU: ["9999", 4],
  IT: ["99999", 2],
  LI: ["9999", 4],
  LU: ["9999", 4],
  NL: ["9999 AA", 6],
  NO: ["9999", 3],
  PL: ["99-999", 2],
  PT: ["9999-999", 7],
  SE: ["999 99", 5],
  SK: ["999 99", 4],
  US: ["99999", 3],
} as const satisfies Readonly<Record<string, readonly [form: string, fewestDigits: number]>>

/** A country whose postal codes have a form that is known here. */
export type PostalCountry = keyof typeof forms

export const postalCountries = Object.keys(forms) as ReadonlyArray<PostalCountry>

export const isPostalCountry = (country: string): country is PostalCountry => Object.hasOwn(forms, country)

/** The one letter that stood before the code on envelopes, besides the country's two. */
const oldPrefixes: Readonly<Partial<Record<PostalCountry, string>>> = {
  AT: "A",
  BE: "B",
  DE: "D",
  ES: "E",
  FR: "F",
  HU: "H",
  IT: "I",
  LI: "FL",
  LU: "L",
  NO: "N",
  PT: "P",
  SE: "S",
}

/** Longer texts are no postal code. */
const maxLength = 32

/** Reads the postal codes of a country, from clean texts and whole numbers. */
export const postalCodeReader = (
  country: PostalCountry,
): ((value: string | number) => string | undefined) => {
  const [form, fewestDigits] = forms[country]
  const slots = form.replaceAll(/[^9A]/g, "")
  const pattern = new RegExp(
    `^${slots.replaceAll("9", String.raw`\d`).replaceAll("A", "[A-Z]")}${country === "US" ? String.raw`(\d{4})?` : ""}$`,
  )
  const prefix = new RegExp(`^(?:${[country, oldPrefixes[country]].filter(Boolean).join("|")})[- ]?(?=\\d)`)
  const isShaped = new RegExp(`^${form.replaceAll("9", String.raw`\d`).replaceAll("A", "[A-Z]")}$`)
  return (value) => {
    if (typeof value === "string" && isShaped.test(value)) return value
    if (typeof value === "number") {
      const isCode = Number.isSafeInteger(value) && value >= 0 && !form.includes("A")
      const digits = String(value)
      return isCode && digits.length >= fewestDigits && digits.length <= slots.length
        ? shape(form, digits.padStart(slots.length, "0"))
        : undefined
    }
    if (value.length > maxLength) return undefined
    const compact = value.toUpperCase().replace(prefix, "").replaceAll(/[- ]/g, "")
    if (!pattern.test(compact)) return undefined
    const code = shape(form, compact)
    return compact.length > slots.length ? `${code}-${compact.slice(slots.length)}` : code
  }
}

/** Puts characters into the slots of a form. */
const shape = (form: string, characters: string): string => {
  let next = 0
  return form.replaceAll(/[9A]/g, () => characters.charAt(next++))
}
