import { Shape } from "@lead-gateway/document-check"
import type { Json, RawNumber } from "@lead-gateway/lossless-json"
import { Format } from "./Format.ts"
import { Paths, unreadPolicy } from "./MappingDocument.ts"

const name = (description: string) => Shape.text({ form: /^[^]+$/u, expected: "a name", description })

/** The options of every directive for one value. */
const options = {
  required: Shape.optional(
    Shape.boolean({
      description:
        "Whether a lead without this value is not sent; inside an item of $each, whether such an item is omitted. False by default.",
    }),
  ),
  default: Shape.optional(
    Shape.unknown({ description: "What replaces a value that is absent, null or blank." }),
  ),
  format: Shape.optional(Format),
}

/** The options of directives for one value of the lead. */
const leadOptions = { ...options, unread: unreadPolicy }

const names = (description: string) =>
  Shape.list(Shape.text({ form: /^[^]+$/u, expected: "a name" }), {
    expected: "a list of names of attributes",
    description,
  })

const directive = <const F extends Shape.Fields>(fields: F) =>
  Shape.object(fields, { expected: "a directive" })

/** The shapes of the directives by their key; `node` is the shape of the template of an item. */
const directivesOf = (node: Shape.Shape<unknown>) => ({
  $field: directive({
    $field: Shape.annotate(Paths, {
      description:
        "The value at a path of the payload (house.is_owner), or at the first of several paths that has one. Inside an item of $each the path begins at the item.",
    }),
    ...leadOptions,
  }),
  $constant: directive({
    $constant: name("The constant of this name, the same for every lead."),
    ...options,
  }),
  $meta: directive({
    $meta: name(
      "The delivery metadata of this name, such as lead_id: what the gateway knows besides the payload.",
    ),
    ...options,
  }),
  $attribute: directive({
    $attribute: name("The value that is sent for the attribute of this name."),
    ...leadOptions,
  }),
  $item: directive({
    $item: Shape.literals(["value", "position"], {
      description: "Inside an item of $each: the item itself, or its position in the list, from 1.",
    }),
    ...leadOptions,
  }),
  $text: directive({
    $text: Shape.annotate(Shape.notBlank, {
      description:
        "A text of fields: {first_name} {last_name}. A part in brackets is omitted unless all its fields have values: {street}[, {city}]. A backslash escapes { } [ ].",
    }),
    ...leadOptions,
  }),
  $attributes: directive({
    $attributes: Shape.literals(["list", "object"], {
      description: 'The valid attributes: as [{ "name", "value" }], or as { name: value }.',
    }),
    only: Shape.optional(names("Only these attributes.")),
    except: Shape.optional(names("All attributes but these.")),
    name_key: Shape.optional(name('Of a list: the key of the name, "name" by default.')),
    value_key: Shape.optional(name('Of a list: the key of the value, "value" by default.')),
  }),
  $each: directive({
    $each: Shape.annotate(Paths, {
      description:
        "The path of a list in the payload: item is evaluated for each of its items. A value that is not a list counts as a list of one.",
    }),
    item: Shape.annotate(node, { description: "The template of an item. Paths in it begin at the item." }),
    required: options.required,
    max_items: Shape.optional(
      Shape.integer({
        minimum: 1,
        maximum: 1000,
        expected: "a whole number from 1 to 1000",
        description: "A list of more items is omitted. 100 by default.",
      }),
    ),
  }),
  $literal: directive({
    $literal: Shape.unknown({ description: "This value as it is, even if its keys begin with $." }),
  }),
})

/** The shape of each directive, by its key; `compileTemplate` checks the template of an item itself. */
export const directives = directivesOf(Shape.unknown())

/** The directives of a template as the document has them, by their key. */
export type Directives = {
  readonly [Key in keyof typeof directives]: Shape.TypeOf<(typeof directives)[Key]>
}

const anyJson = "a JSON value"

const inside = Shape.lazy((): Shape.Shape<unknown> => node, { expected: anyJson })

const others = [{ keys: /^(?!\$)/u, value: inside }]

const node = Shape.union(
  [
    ...Object.values(directivesOf(inside)),
    Shape.object({}, { expected: anyJson, others }),
    Shape.list(inside, { expected: anyJson }),
    Shape.text({ expected: anyJson }),
    Shape.number({ expected: anyJson }),
    Shape.nullOr(Shape.boolean(), { expected: anyJson }),
  ],
  {
    expected: anyJson,
    identifier: "Node",
    description: "A node of the customer payload: a value, or an object with a directive.",
  },
)

/**
 * A template in a program. `const template = { … } satisfies TemplateDocument` checks it while it is typed, and editors
 * complete its directives.
 */
export interface TemplateDocument {
  readonly [key: string]: TemplateNode
}

/** A node of a template: a value, or an object with a directive. */
export type TemplateNode =
  | Exclude<Json, object>
  | RawNumber
  | Directives[keyof Directives]
  | ReadonlyArray<TemplateNode>
  | { readonly [key: `$${string}`]: never; readonly [key: string]: TemplateNode }

/** The shape of a template file, for JSON Schema and `./schema`. `compileTemplate` checks node by node, for better messages. */
export const TemplateDocument = Shape.object(
  { $schema: Shape.schemaReference },
  {
    expected: "an object that is not a directive",
    others,
    description: "The customer payload as JSON, with directives in the place of a lead's values.",
  },
)

/** The default template of Lead Gateway, identical to `config/customer_payload_template.json`. */
export const defaultTemplate = {
  phone: { $field: "phone", required: true },
  product: { name: { $constant: "product.name", required: true } },
  attributes: { $attributes: "list" },
} as const satisfies TemplateDocument

/** A template with nested objects, identical to `config/customer_payload_template.nested.json`. */
export const nestedTemplate = {
  lead: {
    phone: { $field: "phone", required: true },
    email: { $field: "email" },
    first_name: { $field: "first_name" },
    last_name: { $field: "last_name" },
    street: { $field: "street" },
    housenumber: { $field: "housenumber" },
    postcode: { $field: "zipcode" },
    city: { $field: "city" },
    country: { $field: "country" },
  },
  product: { name: { $constant: "product.name", required: true } },
  lead_attributes: { $attributes: "object" },
  meta_attributes: { unique_id: { $meta: "lead_id" } },
} as const satisfies TemplateDocument
