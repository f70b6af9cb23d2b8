/**
 * Forms of postal codes: a `9` is a digit, an `A` a letter, everything else stands as it is. The number is how few
 * digits a JSON number may have, which has lost the zeros at the front; 0 where numbers cannot be told.
 */
const forms = {
  AT: [4, "9999"],
  AU: [3, "9999"],
  BE: [4, "9999"],
  BG: [4, "9999"],
  CA: [0, "A9A 9A9"],
  CH: [4, "9999"],
  CZ: [5, "999 99"],
  DE: [4, "99999"],
  DK: [3, "9999"],
  EE: [5, "99999"],
  ES: [4, "99999"],
  FI: [3, "99999"],
  FR: [4, "99999"],
  GB: [0, "A9 9AA", "A99 9AA", "A9A 9AA", "AA9 9AA", "AA99 9AA", "AA9A 9AA"],
  GR: [5, "999 99"],
  HR: [5, "99999"],
  HU: [4, "9999"],
  IT: [2, "99999"],
  LI: [4, "9999"],
  LT: [5, "99999"],
  LU: [4, "9999"],
  LV: [4, "9999"],
  NL: [0, "9999 AA"],
  NO: [3, "9999"],
  PL: [2, "99-999"],
  PT: [7, "9999-999"],
  RO: [5, "999999"],
  SE: [5, "999 99"],
  SI: [4, "9999"],
  SK: [4, "999 99"],
  TR: [4, "99999"],
  UA: [4, "99999"],
  US: [3, "99999", "99999-9999"],
} as const satisfies Readonly<
  Record<string, readonly [fewestDigits: number, ...forms: ReadonlyArray<string>]>
>

/** A country whose postal codes have a form that is known here. */
export type PostalCountry = keyof typeof forms

export const postalCountries = Object.keys(forms) as ReadonlyArray<PostalCountry>

export const isPostalCountry = (country: string): country is PostalCountry => Object.hasOwn(forms, country)

/** What stood before the code on envelopes, besides the country's two letters. */
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
  const [fewestDigits, ...shapes] = forms[country].map(String)
  const known = shapes.map((form) => ({ form, pattern: patternOf(form.replaceAll(/[^9A]/g, "")) }))
  const inForm = new RegExp(shapes.map((form) => patternOf(form).source).join("|"))
  const prefix = new RegExp(`^(?:${[country, oldPrefixes[country]].filter(Boolean).join("|")})[- ]?(?=\\d)`)
  const read = (compact: string): string | undefined => {
    const match = known.find(({ pattern }) => pattern.test(compact))
    return match && fill(match.form, compact)
  }
  return (value) => {
    if (typeof value === "number") {
      const digits = String(value)
      const [{ form } = { form: "" }] = known
      const isCode =
        Number.isSafeInteger(value) && value >= 0 && digits.length >= (Number(fewestDigits) || Infinity)
      return isCode ? read(digits.padStart(form.replaceAll(/[^9]/g, "").length, "0")) : undefined
    }
    if (value.length > maxLength) return undefined
    return inForm.test(value) ? value : read(value.toUpperCase().replace(prefix, "").replaceAll(/[- ]/g, ""))
  }
}

const patternOf = (form: string): RegExp =>
  new RegExp(`^${form.replaceAll("9", String.raw`\d`).replaceAll("A", "[A-Z]")}$`)

/** Puts characters into the slots of a form. */
const fill = (form: string, characters: string): string => {
  let next = 0
  return form.replaceAll(/[9A]/g, () => characters.charAt(next++))
}
