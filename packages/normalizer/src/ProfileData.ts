import { Shape } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"
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
      byPath(
        FieldDeclaration,
        "an object with a path for each field and what the field holds",
        "Which field holds what. A segment * is every item of a list: contacts.*.phone.",
      ),
    ),
    aliases: Shape.optional(
      byPath(
        aliases,
        "an object with a path for each field of ours and a list of the source's",
        "Where our fields come from when they are missing: a source's field or question is moved to ours.",
      ),
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
