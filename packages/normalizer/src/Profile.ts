import { expected, NotBlank, SchemaReference } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"
import { Schema } from "effect"
import { Country, FieldDeclaration, Notation } from "./FieldDeclaration.ts"

/** What stands at paths: a record whose keys are fields. */
const byPath = <S extends Schema.Constraint>(value: S, words: string, description: string) =>
  Schema.Record(Schema.String, value)
    .annotate({ ...expected(words), description })
    .check(Schema.isPropertyNames(FieldPathText, expected(keyWords)))

/** What `allowed` says of a key that is no path. */
export const keyWords = "a path such as house.is_owner as the key, without an empty segment"

const Aliases = Schema.Array(FieldPathText)
  .annotate({
    ...expected("a list of one path or more"),
    description:
      "The source's fields, the best first. Keys are compared letter case and a ? : * at the end aside.",
  })
  .check(Schema.isMinLength(1, expected("a list of one path or more")))

const AnswerList = Schema.Struct({
  path: FieldPathText.annotate({ description: "Where the list is." }),
  question: FieldPathText.annotate({ description: "Where the question is in an item of the list." }),
  answer: FieldPathText.annotate({
    description:
      "Where the answer is in an item of the list; a list of one answer counts as that answer, an empty one as none.",
  }),
}).annotate(expected("an object with the keys path, question and answer"))

/**
 * What is to be brought into which form, and where it comes from, as data: plain JSON, to be kept in a file, a
 * table or a message. Make it ready for use with `compile`, which reports mistakes better and finds more.
 */
export const ProfileData = Schema.Struct({
  $schema: SchemaReference,
  version: NotBlank.annotate({
    description: "Names this profile, so that a lead can remember what normalised it.",
  }),
  default_country: Country.annotate({
    description: "Where phone numbers and postal codes belong that name no country: DE.",
  }),
  notation: Schema.optionalKey(
    Notation.annotate({
      description:
        "How 1.234 and 02/01/2026 are read. Without it what could be read in two ways is not read.",
    }),
  ),
  fields: Schema.optionalKey(
    byPath(
      FieldDeclaration,
      "an object with a path for each field and what the field holds",
      "Which field holds what. A segment * is every item of a list: contacts.*.phone.",
    ),
  ),
  aliases: Schema.optionalKey(
    byPath(
      Aliases,
      "an object with a path for each field of ours and a list of the source's",
      "Where our fields come from when they are missing: a source's field or question is moved to ours.",
    ),
  ),
  answer_lists: Schema.optionalKey(
    Schema.Array(AnswerList).annotate({
      ...expected("a list of objects with the keys path, question and answer"),
      description: "Lists of questions and answers, from which aliases take an answer by its question.",
    }),
  ),
}).annotate({
  ...expected(
    "an object with the keys version, default_country and, where needed, notation, fields, aliases, answer_lists",
  ),
  description: "What is to be brought into which form, and where it comes from.",
})
export type ProfileData = typeof ProfileData.Type

/** The profile that the gateway ships with; the same as `config/normalizer_profile.json`. */
export const defaultProfile: ProfileData = {
  version: "default-1",
  default_country: "DE",
  fields: { email: "email", phone: "phone", "house.is_owner": "boolean" },
}
