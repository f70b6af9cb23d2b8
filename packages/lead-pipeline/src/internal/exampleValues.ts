/** What fields of a made-up lead hold: values that people recognise as no person's, by the field's kind and name. */

/** What is known of the country that a profile is for. */
interface Country {
  /** A number that is assigned to nobody, so that nobody is called: numbering authorities keep some for fiction. */
  readonly phone: string
  readonly postalCode: string
}

const germany: Country = { phone: "+493023125123", postalCode: "10115" }

/** Sources: Bundesnetzagentur, Ofcom, ARCEP, ACMA, PTS, and the North American Numbering Plan (555-01xx). */
const countries: Readonly<Record<string, Country>> = {
  DE: germany,
  AT: { ...germany, postalCode: "1010" },
  CH: { ...germany, postalCode: "8001" },
  GB: { phone: "+442079460123", postalCode: "SW1A 1AA" },
  FR: { phone: "+33639981234", postalCode: "75001" },
  AU: { phone: "+61491570006", postalCode: "2000" },
  SE: { phone: "+46701740605", postalCode: "111 22" },
  NL: { ...germany, postalCode: "1011 AB" },
  US: { phone: "+12025550123", postalCode: "10001" },
  CA: { phone: "+14165550123", postalCode: "K1A 0B1" },
}

/** An address that can never be anybody's (RFC 2606). */
const email = "test.lead@example.com"

/** The value of a field of a declared kind. */
export const valueOfKind = (kind: string, country: string, nowMs: number): string | number | boolean => {
  const { phone, postalCode } = countries[country] ?? germany
  const values: Readonly<Record<string, string | number | boolean>> = {
    email,
    phone,
    postal_code: postalCode,
    boolean: true,
    number: 1,
    date: new Date(nowMs).toISOString().slice(0, 10),
    name: "Test Lead",
  }
  return values[kind] ?? "Test"
}

/** Which names mean what, without regard to letter case, `_`, `-` and blanks: the first that is found in a name. */
const meanings: ReadonlyArray<
  readonly [RegExp, (country: string, nowMs: number) => string | number | boolean]
> = [
  [/mail/, () => email],
  [/phone|telefon|^tel|mobil|handy/, (country, nowMs) => valueOfKind("phone", country, nowMs)],
  [/(?:first|given|vor)name|^(?:first|given)$/, () => "Test"],
  [/(?:last|family|sur|nach|familien)name|^last$/, () => "Lead"],
  [/housen|hausn|streetn|^houseno/, () => "1"],
  [/street|stra(?:ss|ß)e|address|adresse/, () => "Test Street"],
  [/zip|post(?:al)?code|plz|postleitzahl/, (country, nowMs) => valueOfKind("postal_code", country, nowMs)],
  [/city|town|^ort$|stadt/, () => "Testville"],
  [/country|land$/, (country) => country],
  [/company|firma/, () => "Test Company"],
  [/name/, () => "Test Lead"],
  [/message|comment|note|bemerkung|nachricht|source|quelle/, () => "This is a test lead"],
]

/** The value of a field of no declared kind, by its name; undefined if that says nothing. */
export const valueOfName = (name: string, country: string, nowMs: number) => {
  const plain = name.toLowerCase().replaceAll(/[_\s-]/g, "")
  return meanings.find(([pattern]) => pattern.test(plain))?.[1](country, nowMs)
}
