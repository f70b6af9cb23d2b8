import { Shape } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"
import { getCountries } from "libphonenumber-js/min"
import { postalCountries } from "./internal/postalCode.ts"

/** The kinds of value that a field can be declared to hold. */
const kinds = ["email", "phone", "postal_code", "boolean", "number", "date", "name", "text"] as const

/** The kind of value that a declared field holds. */
export type FieldKind = (typeof kinds)[number]

const kindExpected = `one of ${kinds.join(", ")}`

/** A country with a telephone numbering plan. In alphabetical order, so that generated JSON Schemas are stable. */
const Country = Shape.literals(getCountries().sort(), {
  expected: "the two capital letters of a country, such as DE",
})

const PostalCountry = Shape.literals(postalCountries, {
  expected: `a country whose postal codes are known: ${postalCountries.join(", ")}`,
  description: "Where the postal codes belong; default_country by default.",
})

/** German or English notation. */
const Notation = Shape.literals(["de", "en"], { expected: '"de" (1.234,5) or "en" (1,234.5)' })

/** How an ambiguous number is read: `1.234` is 1234 in German and 1.234 in English notation. */
export type Notation = Shape.TypeOf<typeof Notation>

const DayOrder = Shape.literals(["day_first", "month_first"], {
  description: "How 02/01/2026 is read. By default day first with the notation de; else it is not read.",
})

/** Whether the day or the month comes first in `02/01/2026`. */
export type DayOrder = Shape.TypeOf<typeof DayOrder>

const texts = (description: string) =>
  Shape.optional(Shape.list(Shape.notBlank, { expected: "a list of words", description }))

const declarationExpected = `${kindExpected}, or an object with a kind of these`

const kind = <const Kind extends FieldKind>(value: Kind) =>
  Shape.literals([value], { description: "What the field holds." })

const options = <const F extends Shape.Fields>(fields: F) =>
  Shape.object(fields, { expected: declarationExpected })

/** The declaration of a field: the name of a kind, or an object with a kind and its options. */
const FieldDeclaration = Shape.union(
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
              description: "Where a number without a country code belongs; default_country by default.",
            }),
          ),
        }),
        options({ kind: kind("postal_code"), country: Shape.optional(PostalCountry) }),
        options({
          kind: kind("boolean"),
          yes: texts("Texts that mean true, besides true, yes, ja and 1; letter case aside."),
          no: texts("Texts that mean false, besides false, no, nein and 0; letter case aside."),
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
                  "What may stand before or behind the number and is left out: kWh, €, EUR; letter case aside.",
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
                "The first of the hundred years in which a year of two digits lies: 1930 makes 29 2029 and 30 1930. Without it such dates are not read.",
            }),
          ),
        }),
      ],
      { expected: declarationExpected },
    ),
  ],
  {
    expected: declarationExpected,
    description: "What the field holds: a kind, or an object with a kind and its options.",
  },
)

/** The declaration of a field: the name of a kind, or an object with a kind and its options. */
export type FieldDeclaration = Shape.TypeOf<typeof FieldDeclaration>

/** The `expected` of a diagnostic about a key that is not a path. */
export const pathKeyExpected = "a path such as house.is_owner as the key, without an empty segment"

/** A record whose keys are paths of fields. */
const byPath = <T>(
  value: Shape.Shape<T>,
  options: { readonly expected: string; readonly description: string },
) => Shape.record(value, { ...options, names: Shape.annotate(FieldPathText, { expected: pathKeyExpected }) })

const aliases = Shape.list(FieldPathText, {
  minimum: 1,
  expected: "a list of one path or more",
  description:
    "The source's fields, the best first. Keys are compared letter case and a ? : * at the end aside.",
})

const path = (description: string) => Shape.annotate(FieldPathText, { description })

const answerList = Shape.object(
  {
    path: path("Where the list is."),
    question: path("Where the question is in an item of the list."),
    answer: path(
      "Where the answer is in an item of the list; a list of one answer counts as that answer, an empty one as none.",
    ),
  },
  { expected: "an object with the keys path, question and answer" },
)

/**
 * A normalisation profile as data: which fields hold which kind of value, and which fields of a source supply them.
 *
 * Plain JSON, for a file, a table or a message. `compile` checks it and prepares it for use.
 */
export const ProfileData = Shape.object(
  {
    $schema: Shape.schemaReference,
    version: Shape.annotate(Shape.notBlank, {
      description: "Names this profile, so that a lead can remember what normalised it.",
    }),
    default_country: Shape.annotate(Country, {
      description: "Where phone numbers and postal codes belong that name no country: DE.",
    }),
    notation: Shape.optional(
      Shape.annotate(Notation, {
        description:
          "How 1.234 and 02/01/2026 are read. Without it what could be read in two ways is not read.",
      }),
    ),
    fields: Shape.optional(
      byPath(FieldDeclaration, {
        expected: "an object with a path for each field and what the field holds",
        description: "Which field holds what. A segment * is every item of a list: contacts.*.phone.",
      }),
    ),
    aliases: Shape.optional(
      byPath(aliases, {
        expected: "an object with a path for each field of ours and a list of the source's",
        description:
          "Where our fields come from when they are missing: a source's field or question is moved to ours.",
      }),
    ),
    answer_lists: Shape.optional(
      Shape.list(answerList, {
        expected: "a list of objects with the keys path, question and answer",
        description: "Lists of questions and answers, from which aliases take an answer by its question.",
      }),
    ),
  },
  {
    expected:
      "an object with the keys version, default_country and, where needed, notation, fields, aliases, answer_lists",
    description: "What is to be brought into which form, and where it comes from.",
  },
)
/** A normalisation profile as data; see the shape of the same name. */
export type ProfileData = Shape.TypeOf<typeof ProfileData>

/** The default profile of Lead Gateway, identical to `config/normalizer_profile.json`. */
export const defaultProfile: ProfileData = {
  version: "default-1",
  default_country: "DE",
  fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
}
