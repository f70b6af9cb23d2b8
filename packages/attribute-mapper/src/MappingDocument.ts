import { expected, SchemaReference, textOf } from "@lead-gateway/document-check"
import { FieldPathText } from "@lead-gateway/lead-field"
import { Schema } from "effect"
import { Format } from "./Format.ts"

const types = ["text", "dropdown", "range"] as const

const described = <S extends Schema.Top>(schema: S, allowed: string, description: string) =>
  schema.annotate({ ...expected(allowed), description })

const optional = <S extends Schema.Top>(schema: S, allowed: string, description: string) =>
  Schema.optionalKey(described(schema, allowed, description))

/** A value that can be sent: what a dropdown allows, what stands in for a missing one. */
const Value = Schema.Union([textOf(/[^\s\u0085]/u, "a text that is not blank, or a number"), Schema.Finite])

const itemCount = (description: string) =>
  optional(
    Schema.Int.check(
      Schema.isBetween({ minimum: 1, maximum: 1000 }, expected("a whole number from 1 to 1000")),
    ),
    "a whole number from 1 to 1000",
    description,
  )

/** A path, or several of which the first that leads to something is taken. */
export const Paths = Schema.Union([
  FieldPathText,
  Schema.Array(FieldPathText).check(Schema.isMinLength(1, expected("a list of at least one path"))),
]).annotate({
  ...expected("a path such as house.is_owner, without an empty segment, or a list of paths"),
  description:
    "A path into the payload (house.is_owner), or several: the first that leads to a value counts.",
})

const Definition = Schema.Struct({
  attribute_type: described(
    Schema.Literals(types),
    '"text", "dropdown" or "range"',
    "What kind of value the attribute takes.",
  ),
  is_numeric: described(
    Schema.Boolean,
    "true or false",
    "Of a text: whether it must be a number or spell one. Without effect on the other types.",
  ),
  values: described(
    Schema.NullOr(
      Schema.Array(described(Value, "a text that is not blank, or a number", "One of the values.")),
    ),
    "a list of values, or null",
    "Of a dropdown: what it may be. Null or an empty list allows any text that is not blank.",
  ),
  min: optional(Schema.NullOr(Schema.Finite), "a number", "Of a range: the smallest value."),
  max: optional(Schema.NullOr(Schema.Finite), "a number", "Of a range: the largest value."),
  required: optional(
    Schema.Boolean,
    "true or false",
    "Whether a lead without a valid value lacks something and is not sent. False by default.",
  ),
  field: Schema.optionalKey(
    Paths.annotate({
      description:
        "Where the value is: a path into the payload, or several of which the first that leads to a value counts. By default the top-level key that is named like the attribute.",
    }),
  ),
  default: optional(
    Schema.Union([Value, Schema.Array(Value)]),
    "a text that is not blank, or a number",
    "What is sent when there is no value; must be valid itself.",
  ),
  multiple: optional(
    Schema.Boolean,
    "true or false",
    "Whether the attribute takes a list of values. A single value then counts as a list of one. False by default.",
  ),
  min_items: itemCount("Of a multiple attribute: how many valid items it needs. 1 by default."),
  max_items: itemCount("Of a multiple attribute: how many items it may have. 100 by default."),
  synonyms: optional(
    Schema.Record(Schema.String, Value),
    "an object: other answer → one of values",
    'Of a dropdown with values: which value another answer stands for, such as { "yes": "Ja", "true": "Ja" }. Numbers, true and false are looked up as they are spelled.',
  ),
  ignore_case: optional(
    Schema.Boolean,
    "true or false",
    "Of a dropdown with values: whether capital and small letters are the same. What is sent is spelled as in values.",
  ),
  format: Schema.optionalKey(Format),
})

/**
 * The definition of one attribute as it stands in a mapping file. Its name is its key there.
 *
 * Keys that begin with `_` are comments, here and in the file as a whole.
 */
export type AttributeDefinition = typeof Definition.Type

/** What kind of value an attribute takes. */
export type AttributeType = AttributeDefinition["attribute_type"]

const Comments = Schema.Record(Schema.TemplateLiteral(["_", Schema.String]), Schema.Unknown)

/** The schema of a definition, comments included. */
export const AttributeDefinition = Schema.StructWithRest(Definition, [Comments]).annotate(
  expected(`an object with the keys ${Object.keys(Definition.fields).join(", ")}`),
)

/** The schema of a mapping file. */
export const MappingDocument = Schema.StructWithRest(Schema.Struct({ $schema: SchemaReference }), [
  Comments,
  Schema.Record(Schema.String.check(Schema.isPattern(/^(?!_|\$schema$)/u)), AttributeDefinition),
]).annotate({
  ...expected("an object that has a definition for each attribute"),
  description: "Attribute name → definition. Keys that begin with _ are comments.",
})
