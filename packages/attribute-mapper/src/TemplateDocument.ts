import { expected, NotBlank, SchemaReference, textOf } from "@lead-gateway/document-check"
import { Schema } from "effect"
import { Format } from "./Format.ts"
import { Paths } from "./MappingDocument.ts"

const Name = textOf(/^[^]+$/u, "a name")

/** What every directive that stands for one value may say beside where the value is. */
const options = {
  required: Schema.optionalKey(
    Schema.Boolean.annotate({
      ...expected("true or false"),
      description:
        "Whether a lead without this value lacks something and is not sent; inside an item of $each, whether such an item is left out. False by default.",
    }),
  ),
  default: Schema.optionalKey(Schema.Unknown).annotateKey({
    description: "What stands in for a value that is absent, null or blank.",
  }),
  format: Schema.optionalKey(Format),
}

const described = <S extends Schema.Top>(schema: S, description: string) => schema.annotate({ description })

const Choice = <const Words extends ReadonlyArray<string>>(words: Words, description: string) =>
  Schema.Literals(words).annotate({
    ...expected(words.map((word) => JSON.stringify(word)).join(" or ")),
    description,
  })

const Names = Schema.Array(Name).annotate(expected("a list of names of attributes"))

const named = (allowed: string, description: string) => ({ ...expected(allowed), description })

/** The directives, by the key that makes each one; `node` is the schema of the template inside an item. */
const directivesOf = <Node extends Schema.Top>(node: Node) => ({
  $field: Schema.Struct({
    $field: described(
      Paths,
      "The value at a path of the payload (house.is_owner), or at the first of several that leads to one. Inside an item of $each: of the item.",
    ),
    ...options,
  }),
  $constant: Schema.Struct({
    $constant: described(Name, "The constant of this name, the same for every lead."),
    ...options,
  }),
  $meta: Schema.Struct({
    $meta: described(Name, "What is known of the lead beside its payload, by this name, such as lead_id."),
    ...options,
  }),
  $attribute: Schema.Struct({
    $attribute: described(Name, "What is sent of the attribute of this name."),
    ...options,
  }),
  $item: Schema.Struct({
    $item: Choice(
      ["value", "position"],
      "Inside an item of $each: the item itself, or its place in the list, from 1.",
    ),
    ...options,
  }),
  $text: Schema.Struct({
    $text: described(
      NotBlank,
      "A text put together of fields: {first_name} {last_name}. What is in brackets is left out as a whole unless all its fields are there: {street}[, {city}]. A backslash before { } [ ] takes their meaning away.",
    ),
    ...options,
  }),
  $attributes: Schema.Struct({
    $attributes: Choice(
      ["list", "object"],
      'The valid attributes: as [{ "name", "value" }], or as { name: value }.',
    ),
    only: Schema.optionalKey(described(Names, "These attributes alone.")),
    except: Schema.optionalKey(described(Names, "All attributes but these.")),
    name_key: Schema.optionalKey(described(Name, 'Of a list: the key of the name, "name" by default.')),
    value_key: Schema.optionalKey(described(Name, 'Of a list: the key of the value, "value" by default.')),
  }),
  $each: Schema.Struct({
    $each: described(
      Paths,
      "A list in the payload: item is filled for each of its items. A value that is no list counts as a list of one.",
    ),
    item: described(node, "The template of an item. Paths in it begin at the item."),
    required: options.required,
    max_items: Schema.optionalKey(
      Schema.Int.annotate(
        named("a whole number from 1 to 1000", "A list of more items is left out. 100 by default."),
      ).check(Schema.isBetween({ minimum: 1, maximum: 1000 }, expected("a whole number from 1 to 1000"))),
    ),
  }),
  $literal: Schema.Struct({
    $literal: Schema.Unknown.annotateKey({
      description: "This value as it stands, also where its keys begin with $.",
    }),
  }),
})

/** The schema of each directive, by its key; an item's template is looked at by the compiler. */
export const directives = directivesOf(Schema.Unknown)

/** The directives of a template as they stand in the file. */
export type Directives = {
  readonly [Key in keyof typeof directives]: (typeof directives)[Key]["Type"]
}

const keyOfObject = Schema.String.check(Schema.isPattern(/^(?!\$)/u))

const Node: Schema.Codec<unknown> = Schema.Union([
  ...Object.values(directivesOf(Schema.suspend(() => Node))),
  Schema.Record(
    keyOfObject,
    Schema.suspend(() => Node),
  ),
  Schema.Array(Schema.suspend(() => Node)),
  Schema.String,
  Schema.Finite,
  Schema.Boolean,
  Schema.Null,
]).annotate({
  identifier: "Node",
  description: "What stands at this place of the customer payload: a value, or an object with a directive.",
})

/** The schema of a template file, for editors: the compiler walks a template by itself, to say better what is wrong. */
export const TemplateDocument = Schema.StructWithRest(Schema.Struct({ $schema: SchemaReference }), [
  Schema.Record(keyOfObject, Node),
]).annotate({
  description: "The customer payload as JSON, with directives where a lead's values go.",
})
