import { Schema } from "effect"

/** What any JSON value is made of, written so that every key, `__proto__` too, can be generated. */
type Tree =
  | null
  | boolean
  | number
  | string
  | { readonly list: ReadonlyArray<Tree> }
  | { readonly object: ReadonlyArray<readonly [string, Tree]> }

const Key = Schema.Union([
  Schema.Literals(["zipcode", "house", "is_owner", "__proto__", "constructor", "length", "0", ""]),
  Schema.String,
])

const Tree: Schema.Codec<Tree> = Schema.Union([
  Schema.Null,
  Schema.Boolean,
  Schema.Finite,
  Schema.String,
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => Tree)) }),
  Schema.Struct({ object: Schema.Array(Schema.Tuple([Key, Schema.suspend(() => Tree)])) }),
])

/** Generates any JSON value; make it one with {@link jsonOf}. */
export const AnyJson = Tree

/** Builds the value as `JSON.parse` would: all keys are own properties. */
export const jsonOf = (tree: Tree): unknown => {
  if (typeof tree !== "object" || tree === null) return tree
  if ("list" in tree) return tree.list.map(jsonOf)
  return Object.fromEntries(tree.object.map(([key, value]) => [key, jsonOf(value)]))
}
