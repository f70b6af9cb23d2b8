import { expected, NotBlank, textOf } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { countries } from "./internal/phone.ts"
import { postalCountries } from "./internal/postalCode.ts"

/** The kinds that a declared field may hold. */
const kinds = ["email", "phone", "postal_code", "boolean", "number", "date", "name", "text"] as const

/** What a declared field holds. */
export type FieldKind = (typeof kinds)[number]

const kindWords = `one of ${kinds.join(", ")}`

/** A country that has a numbering plan. */
export const Country = Schema.Literals(countries).annotate(
  expected("the two capital letters of a country, such as DE"),
)

const PostalCountry = Schema.Literals(postalCountries).annotate({
  ...expected(`a country whose postal codes are known: ${postalCountries.join(", ")}`),
  description: "Where the postal codes belong; default_country by default.",
})

/** German or English notation. */
export const Notation = Schema.Literals(["de", "en"]).annotate(expected('"de" (1.234,5) or "en" (1,234.5)'))

/** How numbers are written where that cannot be seen: `1.234` is 1234 in German and 1.234 in English notation. */
export type Notation = typeof Notation.Type

const DayOrder = Schema.Literals(["day_first", "month_first"]).annotate({
  ...expected('"day_first" or "month_first"'),
  description: "How 02/01/2026 is read. By default day first with the notation de; else it is not read.",
})

/** Which comes first in `02/01/2026`. */
export type DayOrder = typeof DayOrder.Type

const Words = (description: string) =>
  Schema.optionalKey(Schema.Array(NotBlank).annotate({ ...expected("a list of words"), description }))

const unitWords = "a unit such as kWh, which begins with no digit, sign or separator"

const kindIs = <const Kind extends FieldKind>(kind: Kind) =>
  Schema.Literal(kind).annotate({ description: "What the field holds." })

/** What a field holds: a kind by its name, or an object with a kind and its options. */
export const FieldDeclaration = Schema.Union([
  Schema.Literals(kinds).annotate(expected(kindWords)),
  Schema.Struct({ kind: kindIs("email") }),
  Schema.Struct({ kind: kindIs("name") }),
  Schema.Struct({ kind: kindIs("text") }),
  Schema.Struct({
    kind: kindIs("phone"),
    country: Schema.optionalKey(
      Country.annotate({
        description: "Where a number without a country code belongs; default_country by default.",
      }),
    ),
  }),
  Schema.Struct({ kind: kindIs("postal_code"), country: Schema.optionalKey(PostalCountry) }),
  Schema.Struct({
    kind: kindIs("boolean"),
    yes: Words("Texts that mean true, besides true, yes, ja and 1; letter case aside."),
    no: Words("Texts that mean false, besides false, no, nein and 0; letter case aside."),
  }),
  Schema.Struct({
    kind: kindIs("number"),
    notation: Schema.optionalKey(
      Notation.annotate({ description: "How 1.234 and 1,234 are read; the profile's notation by default." }),
    ),
    units: Schema.optionalKey(
      Schema.Array(textOf(/^[^\d\s\u0085.,'’+\-\u2212].*$/u, unitWords)).annotate({
        ...expected("a list of units"),
        description:
          "What may stand before or behind the number and is left out: kWh, €, EUR; letter case aside.",
      }),
    ),
  }),
  Schema.Struct({
    kind: kindIs("date"),
    order: Schema.optionalKey(DayOrder),
    two_digit_years_from: Schema.optionalKey(
      Schema.Int.annotate({
        ...expected("a year from 1000 to 9900"),
        description:
          "The first of the hundred years in which a year of two digits lies: 1930 makes 29 2029 and 30 1930. Without it such dates are not read.",
      }).check(Schema.isBetween({ minimum: 1000, maximum: 9900 }, expected("a year from 1000 to 9900"))),
    ),
  }),
]).annotate({
  ...expected(`${kindWords}, or an object with a kind of these`),
  description: "What the field holds: a kind, or an object with a kind and its options.",
})

export type FieldDeclaration = typeof FieldDeclaration.Type
