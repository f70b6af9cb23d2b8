import { Shape } from "@lead-gateway/document-check"
import { PlainPathText } from "@lead-gateway/lead-field"
import { Format } from "./Format.ts"
import { isAmbiguous, numberProblem } from "./internal/decimal.ts"

/** What a value does that the normaliser could not read; used by attributes and by directives. */
export const unreadPolicy = Shape.optional(
  Shape.literals(["send", "omit", "park"], {
    description:
      "What happens to a value that the normaliser could not read as its field is declared: it is sent, it is omitted, or the lead is parked. Of several paths, omit and park use the first with a value that could be read. send by default.",
  }),
)

const valueExpected = "a text that is not blank, or a number"

/** A value of a dropdown, or a default. */
const value = Shape.union(
  [
    Shape.annotate(Shape.notBlank, { expected: valueExpected }),
    Shape.exactNumber({ expected: valueExpected }),
  ],
  { expected: valueExpected },
)

const flag = (description: string) => Shape.boolean({ description })

const itemCount = (description: string) =>
  Shape.optional(
    Shape.integer({ minimum: 1, maximum: 1000, expected: "a whole number from 1 to 1000", description }),
  )

const boundExpected = "a number, or a text of one"

const bound = (description: string) =>
  Shape.optional(
    Shape.nullOr(
      Shape.union(
        [
          Shape.exactNumber({ expected: boundExpected }),
          Shape.text({
            form: /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d{1,3})?$/u,
            also: {
              holds: (text) => numberProblem(text) === undefined,
              expected: (text) =>
                isAmbiguous(text) ? "a number that is not in doubt: without the quotes" : boundExpected,
            },
            expected: boundExpected,
          }),
        ],
        { expected: boundExpected },
      ),
      {
        expected: boundExpected,
        description: `${description} A text keeps the digits that JSON.parse would round.`,
      },
    ),
  )

const answerExpected = "a text that is not blank, a number, true or false"

const answer = Shape.union(
  [
    Shape.annotate(Shape.notBlank, { expected: answerExpected }),
    Shape.exactNumber({ expected: answerExpected }),
    Shape.boolean({ expected: answerExpected }),
  ],
  { expected: answerExpected },
)

const synonym = Shape.object(
  {
    answers: Shape.list(answer, {
      minimum: 1,
      maximum: 100,
      expected: "a list of 1 to 100 answers",
      description:
        "The answers that are given together, in any order; one answer for a plain synonym. Numbers, true and false match the text of the same spelling.",
    }),
    value: Shape.annotate(value, { description: "One of values: what is sent for these answers." }),
  },
  { expected: "an object with the keys answers and value" },
)

/** A path, or several of which the first with a value is used. */
export const Paths = Shape.union(
  [PlainPathText, Shape.list(PlainPathText, { minimum: 1, expected: "a list of at least one path" })],
  {
    expected: "a path such as house.is_owner, without an empty segment or a segment *, or a list of paths",
    description: "A path into the payload (house.is_owner), or several: the first with a value is used.",
  },
)

const synonymsExpected =
  "an object: other answer → one of values, or a list of objects with the keys answers and value"

const fields = {
  attribute_type: Shape.literals(["text", "dropdown", "range"], {
    expected: '"text", "dropdown" or "range"',
    description: "The type of the attribute's value.",
  }),
  is_numeric: flag("Of a text: whether it must be a number, or a text of one. No effect on other types."),
  values: Shape.nullOr(
    Shape.list(Shape.annotate(value, { description: "One of the values." }), {
      expected: "a list of values",
    }),
    {
      expected: "a list of values, or null",
      description: "Of a dropdown: its values. Null or an empty list accepts any text that is not blank.",
    },
  ),
  min: bound("Of a range: the smallest value."),
  max: bound("Of a range: the largest value."),
  required: Shape.optional(flag("Whether a lead without a valid value is not sent. False by default.")),
  field: Shape.optional(
    Shape.annotate(Paths, {
      description:
        "The path of the value in the payload, or several paths of which the first with a value is used. By default the top-level key with the name of the attribute.",
    }),
  ),
  default: Shape.optional(
    Shape.union([value, Shape.list(value, { expected: valueExpected })], {
      expected: valueExpected,
      description: "What is sent if there is no value; must be valid itself.",
    }),
  ),
  multiple: Shape.optional(
    flag(
      "Whether the attribute is a list of values. A single value then counts as a list of one. False by default.",
    ),
  ),
  min_items: itemCount("Of a multiple attribute: the least number of valid items. 1 by default."),
  max_items: itemCount("Of a multiple attribute: the greatest number of items. 100 by default."),
  synonyms: Shape.optional(
    Shape.union(
      [
        Shape.record(value, { expected: synonymsExpected }),
        Shape.list(synonym, { expected: synonymsExpected }),
      ],
      {
        expected: synonymsExpected,
        description:
          'Of a dropdown with values: other answers and the value that each is replaced by, such as { "yes": "Ja", "true": "Ja" }; or a list, in which several answers together can mean one value: [{ "answers": ["buy", "rent"], "value": "Beides" }]. Numbers, true and false match the text of the same spelling.',
      },
    ),
  ),
  ignore_case: Shape.optional(
    flag(
      "Of a dropdown with values: whether answers match case-insensitively. The value is sent as it is spelled in values.",
    ),
  ),
  format: Shape.optional(Format),
  unread: unreadPolicy,
}

const comments = { keys: /^_/u, value: Shape.unknown() }

/** The shape of an attribute definition, comments included. */
export const AttributeDefinition = Shape.object(fields, {
  expected: `an object with the keys ${Object.keys(fields).join(", ")}`,
  others: [comments],
})

/**
 * The definition of one attribute as a mapping file has it. The key of the definition is the name of the attribute.
 *
 * Keys that begin with `_` are comments, here and in the file as a whole.
 */
export type AttributeDefinition = Shape.TypeOf<typeof AttributeDefinition>

/** The type of an attribute: `text`, `dropdown` or `range`. */
export type AttributeType = AttributeDefinition["attribute_type"]

/**
 * A mapping in a program: attribute name → definition. `const mapping = { … } satisfies MappingDocument` checks it while it
 * is typed, and editors complete it. A file may also have comments and a `$schema`.
 */
export interface MappingDocument {
  readonly [name: string]: AttributeDefinition
}

/** The shape of a mapping file. */
export const MappingDocument = Shape.object(
  { $schema: Shape.schemaReference },
  {
    expected: "an object that has a definition for each attribute",
    description: "Attribute name → definition. Keys that begin with _ are comments.",
    others: [comments, { keys: /^(?!_|\$schema$)/u, value: AttributeDefinition }],
  },
)
