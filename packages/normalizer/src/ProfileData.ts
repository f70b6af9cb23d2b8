import { Shape } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"
import { AliasSource } from "./AliasSource.ts"
import { AnswerList } from "./AnswerList.ts"
import { Country, FieldDeclaration, Notation } from "./FieldDeclaration.ts"

/** The `expected` of a diagnostic about a key that is not a path. */
export const pathKeyExpected = "a path such as house.is_owner as the key, without an empty segment"

/** A record whose keys are paths of fields. */
const byPath = <T>(value: Shape.Shape<T>, expected: string, description: string) =>
  Shape.record(value, {
    expected,
    description,
    names: Shape.annotate(FieldPathText, { expected: pathKeyExpected }),
  })

const aliases = Shape.list(AliasSource, {
  minimum: 1,
  expected: "a list of one path or more",
  description:
    "The source's fields, the preferred one first. Keys are compared without regard to letter case and a ? : * at the end; {n} stands for the first number in a key: q{n}_email.",
})

/**
 * A normalisation profile as data: which fields hold which kind of value, and which fields of a source supply them.
 *
 * Plain JSON, for a file, a table or a message. `compileProfile` checks it and prepares it for use.
 */
export const ProfileData = Shape.object(
  {
    $schema: Shape.schemaReference,
    version: Shape.annotate(Shape.notBlank, {
      description: "Identifies this version of the profile.",
    }),
    default_country: Shape.annotate(Country, {
      description: "The country of phone numbers and postal codes that have none: DE.",
    }),
    notation: Shape.optional(
      Shape.annotate(Notation, {
        description: "How 1.234 and 02/01/2026 are read. Without it ambiguous values are not read.",
      }),
    ),
    fields: Shape.optional(
      byPath(
        FieldDeclaration,
        "an object with a path for each field and what the field holds",
        "The kind of value that each field holds. A segment * matches every item of a list: contacts.*.phone.",
      ),
    ),
    aliases: Shape.optional(
      byPath(
        aliases,
        "an object with a path for each field of ours and a list of the source's",
        "The fields that fill ours when they are missing: the value of a source's field or question is moved to ours.",
      ),
    ),
    answer_lists: Shape.optional(
      Shape.list(AnswerList, {
        expected: "a list of objects with the keys path, question and answer",
        description: "Lists of questions and answers, in which aliases find an answer by its question.",
      }),
    ),
  },
  {
    expected:
      "an object with the keys version, default_country and, where needed, notation, fields, aliases, answer_lists",
    description: "Which fields hold which kind of value, and which fields of a source fill them.",
  },
)
/** A normalisation profile as data; see the shape of the same name. */
export type ProfileData = Shape.TypeOf<typeof ProfileData>

/** The default profile of Lead Gateway, identical to `config/normalizer_profile.json`. */
export const defaultProfile: ProfileData = {
  version: "default-1",
  default_country: "DE",
  fields: {
    email: "email",
    phone: "phone",
    zipcode: { kind: "postal_code", country: "DE" },
    "house.is_owner": "boolean",
  },
}
