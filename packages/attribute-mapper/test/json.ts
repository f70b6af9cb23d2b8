import { readFileSync } from "node:fs"
import { Schema } from "effect"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"

/** A file of the repository's `config` folder. */
export const configFile = (name: string): unknown =>
  JSON.parse(readFileSync(new URL(`../../../config/${name}`, import.meta.url), "utf8"))

/** What any JSON is made of, written so that every key, `__proto__` too, can be generated. */
type Tree =
  | null
  | boolean
  | number
  | string
  | { readonly digits: bigint }
  | { readonly list: ReadonlyArray<Tree> }
  | { readonly object: ReadonlyArray<readonly [string, Tree]> }

/** Names that mappings, payloads and templates of a test have a chance to share. */
export const Name = Schema.Union([
  Schema.Literals(["phone", "house", "is_owner", "toString", "constructor", "__proto__", "1", "a.b"]),
  Schema.Literals(["$field", "$constant", "$meta", "$attributes", "$literal", "$else", "required"]),
  Schema.String,
])

const Text = Schema.Union([
  Schema.String,
  Schema.Literals([
    "",
    " ",
    "Ja",
    "5000",
    "-2.5",
    "1e3",
    "0x10",
    "phone",
    "house.is_owner",
    "list",
    "object",
  ]),
])

const Tree: Schema.Codec<Tree> = Schema.Union([
  Schema.Null,
  Schema.Boolean,
  Schema.Finite,
  Text,
  Schema.Struct({ digits: Schema.BigInt }),
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => Tree)) }),
  Schema.Struct({ object: Schema.Array(Schema.Tuple([Name, Schema.suspend(() => Tree)])) }),
])

/** Generates any JSON; make it one with {@link jsonOf}. */
export const AnyJson = Tree

/** Generates any JSON object; make it one with {@link objectOf}. */
export const AnyObject = Schema.Array(Schema.Tuple([Name, Tree]))

/** Builds the value as a lossless parser would: all keys are own properties, long numbers raw. */
export const jsonOf = (tree: Tree): Json => {
  if (typeof tree !== "object" || tree === null) return tree
  if ("digits" in tree) return JSON.rawJSON(`${tree.digits}`)
  return "list" in tree ? tree.list.map(jsonOf) : objectOf(tree.object)
}

export const objectOf = (entries: typeof AnyObject.Type): JsonObject =>
  Object.fromEntries(entries.map(([key, value]) => [key, jsonOf(value)]))
