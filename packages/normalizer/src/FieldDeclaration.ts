import { Shape } from "@lead-gateway/document-check"
import { getCountries } from "libphonenumber-js/min"
import { postalCountries } from "./internal/postalCode.ts"

/** The kinds of value that a field can be declared to hold. */
const kinds = ["email", "phone", "postal_code", "boolean", "number", "date", "name", "text"] as const

/** The kind of value that a declared field holds. */
export type FieldKind = (typeof kinds)[number]

const kindExpected = `one of ${kinds.join(", ")}`

/** A country with a telephone numbering plan. In alphabetical order, so that generated JSON Schemas are stable. */
export const Country = Shape.literals(getCountries().sort(), {
  expected: "the two capital letters of a country, such as DE",
})

const PostalCountry = Shape.literals(postalCountries, {
  expected: `a country whose postal codes are known: ${postalCountries.join(", ")}`,
  description: "The country of the postal codes; default_country by default.",
})

/** German or English notation. */
export const Notation = Shape.literals(["de", "en"], { expected: '"de" (1.234,5) or "en" (1,234.5)' })

/** How an ambiguous number is read: `1.234` is 1234 in German and 1.234 in English notation. */
export type Notation = Shape.TypeOf<typeof Notation>

const DayOrder = Shape.literals(["day_first", "month_first"], {
  description: "How 02/01/2026 is read. By default day first with the notation de; otherwise it is not read.",
})

/** Whether the day or the month comes first in `02/01/2026`. */
export type DayOrder = Shape.TypeOf<typeof DayOrder>

const texts = (description: string) =>
  Shape.optional(Shape.list(Shape.notBlank, { expected: "a list of texts", description }))

const expected = `${kindExpected}, or an object with a kind of these`

const kind = <const Kind extends FieldKind>(value: Kind) =>
  Shape.literals([value], { description: "The kind of value that the field holds." })

const options = <const F extends Shape.Fields>(fields: F) => Shape.object(fields, { expected })

/** The declaration of a field: the name of a kind, or an object with a kind and its options. */
export const FieldDeclaration = Shape.union(
  [
    Shape.literals(kinds, { expected: kindExpected }),
    Shape.variants(
      "kind",
      [
        options({ kind: kind("email") }),
        options({ kind: kind("name") }),
        options({ kind: kind("text") }),
        options({
          kind: kind("phone"),
          country: Shape.optional(
            Shape.annotate(Country, {
              description: "The country of a number without a country code; default_country by default.",
            }),
          ),
        }),
        options({ kind: kind("postal_code"), country: Shape.optional(PostalCountry) }),
        options({
          kind: kind("boolean"),
          yes: texts("Texts that mean true, besides true, yes, ja and 1; case-insensitive."),
          no: texts("Texts that mean false, besides false, no, nein and 0; case-insensitive."),
        }),
        options({
          kind: kind("number"),
          notation: Shape.optional(
            Shape.annotate(Notation, {
              description: "How 1.234 and 1,234 are read; the profile's notation by default.",
            }),
          ),
          units: Shape.optional(
            Shape.list(
              Shape.text({
                form: /^[^\d\s\u0085.,'’+\-\u2212].*$/u,
                expected: "a unit such as kWh, which begins with no digit, sign or separator",
              }),
              {
                expected: "a list of units",
                description:
                  "Units before or after the number, which are removed: kWh, €, EUR; case-insensitive.",
              },
            ),
          ),
        }),
        options({
          kind: kind("date"),
          order: Shape.optional(DayOrder),
          two_digit_years_from: Shape.optional(
            Shape.integer({
              minimum: 1000,
              maximum: 9900,
              expected: "a year from 1000 to 9900",
              description:
                "The first of the hundred years of two-digit years: with 1930, 29 is 2029 and 30 is 1930. Without it such dates are not read.",
            }),
          ),
        }),
      ],
      { expected },
    ),
  ],
  {
    expected,
    description: "What the field holds: a kind, or an object with a kind and its options.",
  },
)

/** The declaration of a field: the name of a kind, or an object with a kind and its options. */
export type FieldDeclaration = Shape.TypeOf<typeof FieldDeclaration>
