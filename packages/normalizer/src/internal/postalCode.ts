/**
 * Formats of postal codes: `9` is a digit, `A` a letter, every other character is literal. The number is the least count
 * of digits of a JSON number, which has lost its leading zeros; 0 where JSON numbers are not read.
 */
const formats = {
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
  Record<string, readonly [fewestDigits: number, ...formats: ReadonlyArray<string>]>
>

/** A country whose format of postal codes is known. */
export type PostalCountry = keyof typeof formats

/** Every {@link PostalCountry}. */
export const postalCountries = Object.keys(formats) as ReadonlyArray<PostalCountry>

/** Whether the format of the postal codes of a country is known. */
export const isPostalCountry = (country: string): country is PostalCountry => Object.hasOwn(formats, country)

/** Traditional prefixes of postal codes, besides the two letters of the country. */
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

/** Longer texts are not read as postal codes. */
const maxLength = 32

/** Makes the function that reads postal codes of a country from clean texts and whole numbers. */
export const postalCodeReader = (
  country: PostalCountry,
): ((value: string | number) => string | undefined) => {
  const [fewestDigits, ...countryFormats] = formats[country].map(String)
  const compactFormats = countryFormats.map((format) => ({
    format,
    pattern: patternOf(format.replaceAll(/[^9A]/g, "")),
  }))
  const formatted = new RegExp(countryFormats.map((format) => patternOf(format).source).join("|"))
  const prefix = new RegExp(`^(?:${[country, oldPrefixes[country]].filter(Boolean).join("|")})[- ]?(?=\\d)`)
  const read = (compact: string): string | undefined => {
    const match = compactFormats.find(({ pattern }) => pattern.test(compact))
    return match && fill(match.format, compact)
  }
  return (value) => {
    if (typeof value === "number") {
      const digits = String(value)
      const [{ format } = { format: "" }] = compactFormats
      const isCode =
        Number.isSafeInteger(value) && value >= 0 && digits.length >= (Number(fewestDigits) || Infinity)
      return isCode ? read(digits.padStart(format.replaceAll(/[^9]/g, "").length, "0")) : undefined
    }
    if (value.length > maxLength) return undefined
    return formatted.test(value)
      ? value
      : read(value.toUpperCase().replace(prefix, "").replaceAll(/[- ]/g, ""))
  }
}

const patternOf = (format: string): RegExp =>
  new RegExp(`^${format.replaceAll("9", String.raw`\d`).replaceAll("A", "[A-Z]")}$`)

/** Writes characters in a format: the first one replaces the first `9` or `A`, and so on. */
const fill = (format: string, characters: string): string => {
  let next = 0
  return format.replaceAll(/[9A]/g, () => characters.charAt(next++))
}
