import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { Arbitrary, Schema } from "effect"
import { AnyJson } from "./json.ts"

const optional = Schema.optionalKey

const Path = Schema.Literals(["phone", "house", "house.is_owner", "1", "list.0", "__proto__", "a\\.b"])

const Paths = Schema.Union([Path, Schema.NonEmptyArray(Path)])

const Format = Schema.Literals(["text", "number", "integer", "decimal", "upper", "lower"])

const FormatSteps = Schema.Union([
  Schema.Struct({ as: Format }),
  Schema.NonEmptyArray(Schema.Struct({ as: Format })),
])

const settings = {
  required: optional(Schema.Boolean),
  field: optional(Paths),
  multiple: optional(Schema.Boolean),
  format: optional(FormatSteps),
}

/** A number that a document may have: no whole number that a double may have rounded. */
const Bound = Schema.Finite.check(
  Schema.makeFilter((number) => !Number.isInteger(number) || Number.isSafeInteger(number)),
)

const Definition = Schema.Union([
  Schema.Struct({
    attribute_type: Schema.Literal("text"),
    is_numeric: Schema.Boolean,
    values: Schema.Null,
    ...settings,
  }),
  Schema.Struct({
    attribute_type: Schema.Literal("text"),
    is_numeric: Schema.Literal(false),
    values: Schema.Null,
    required: optional(Schema.Boolean),
    default: Schema.Literals(["Ja", 5]),
  }),
  Schema.Struct({
    attribute_type: Schema.Literal("dropdown"),
    is_numeric: Schema.Boolean,
    values: Schema.NullOr(Schema.Array(Schema.Literals(["Ja", "5000", "list", 1]))),
    ...settings,
  }),
  Schema.Struct({
    attribute_type: Schema.Literal("dropdown"),
    is_numeric: Schema.Boolean,
    values: Schema.Tuple([Schema.Literal("Ja"), Schema.Literal(5)]),
    synonyms: Schema.Struct({ "5000": Schema.Literal(5), true: Schema.Literal("Ja") }),
    ignore_case: optional(Schema.Boolean),
    ...settings,
  }),
  Schema.Struct({
    attribute_type: Schema.Literal("range"),
    is_numeric: Schema.Boolean,
    values: Schema.Null,
    max: Schema.NullOr(Bound),
    ...settings,
  }),
])

/** A mapping that compiles, with every setting. Names may be odd, comments too. */
export const AnyMapping: Arbitrary.Arbitrary<JsonObject> = Arbitrary.map(
  Arbitrary.schema(Schema.Array(Schema.Tuple([AnyJson.key, Definition]))),
  (entries) => Object.fromEntries(entries),
)

/** A template in a form that a schema can make: no odd keys. */
type Tree =
  | { readonly directive: JsonObject }
  | { readonly each: string; readonly item: Tree; readonly required: boolean }
  | { readonly entries: Entries }
  | { readonly list: ReadonlyArray<Tree> }

type Entries = ReadonlyArray<readonly [key: string, tree: Tree]>

const options = {
  required: optional(Schema.Boolean),
  default: optional(Schema.Literals(["5", 1, true])),
}

const Name = Schema.Literals(["phone", "1", "__proto__", "toString"])

const Directive = Schema.Union([
  Schema.Struct({ $field: Paths, ...options }),
  Schema.Struct({ $field: Path, format: FormatSteps }),
  Schema.Struct({ $constant: Name, ...options }),
  Schema.Struct({ $meta: Name, ...options }),
  Schema.Struct({ $attribute: Name, ...options }),
  Schema.Struct({ $item: Schema.Literals(["value", "position"]) }),
  Schema.Struct({
    $text: Schema.Literals(["{phone}[ {house.is_owner}]", "{1} {phone} \\{"]),
    ...options,
  }),
  Schema.Struct({ $attributes: Schema.Literal("object") }),
  Schema.Struct({
    $attributes: Schema.Literal("list"),
    only: optional(Schema.Array(Name)),
    name_key: optional(Schema.Literals(["label", "__proto__"])),
    value_key: optional(Schema.Literals(["answer"])),
  }),
  Schema.Struct({ $literal: Schema.Struct({ $field: Schema.Finite }) }),
])

const Key = Schema.Literals(["a", "b", "__proto__", "constructor", "required", "0", ""])

const TreeSchema: Schema.Codec<Tree> = Schema.Union([
  Schema.Struct({ directive: Directive }),
  Schema.Struct({ each: Path, item: Schema.suspend(() => TreeSchema), required: Schema.Boolean }),
  Schema.Struct({ entries: Schema.Array(Schema.Tuple([Key, Schema.suspend(() => TreeSchema)])) }),
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => TreeSchema)) }),
])

/** A template that compiles, with every directive at any place. */
export const AnyTemplate: Arbitrary.Arbitrary<JsonObject> = Arbitrary.map(
  Arbitrary.schema(Schema.Array(Schema.Tuple([Key, TreeSchema]))),
  (entries) => objectOf(entries, false),
)

const jsonOf = (tree: Tree, insideItem: boolean): Json => {
  if ("directive" in tree) return insideItem || !("$item" in tree.directive) ? tree.directive : "no item"
  if ("list" in tree) return tree.list.map((item) => jsonOf(item, insideItem))
  if ("entries" in tree) return objectOf(tree.entries, insideItem)
  return { $each: tree.each, item: jsonOf(tree.item, true), required: tree.required }
}

const objectOf = (entries: Entries, insideItem: boolean): JsonObject =>
  Object.fromEntries(entries.map(([key, tree]) => [key, jsonOf(tree, insideItem)]))
