import { Schema } from "effect"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"

/** What any payload is made of, written so that every key, `__proto__` too, can be generated. */
type Tree =
  | null
  | boolean
  | number
  | string
  | { readonly digits: bigint }
  | { readonly list: ReadonlyArray<Tree> }
  | { readonly object: ReadonlyArray<readonly [string, Tree]> }

const Key = Schema.Union([
  Schema.Literals(["email", "phone", "house", "is_owner", "__proto__", "constructor", "0", "a.b", " k "]),
  Schema.String,
])

/** Texts that the normaliser has something to do with, among arbitrary ones. */
const Text = Schema.Union([
  Schema.String,
  Schema.Literals([
    "",
    " ",
    "\u0085",
    "a \u2003 b",
    "e\u0301",
    "J\u030c",
    "\ud800",
    " JA ",
    "1",
    "0",
    "Ì@X.DE",
  ]),
  Schema.Literals([
    "0151 2345678",
    "+49 (0) 681 12-34",
    "0049 0 0151",
    "tel:+1-201-555-0123",
    "\u0661\u0662\u0663",
  ]),
])

const Object_ = Schema.Struct({ object: Schema.Array(Schema.Tuple([Key, Schema.suspend(() => Tree)])) })

const Tree: Schema.Codec<Tree> = Schema.Union([
  Schema.Null,
  Schema.Boolean,
  Schema.Finite,
  Text,
  Schema.Struct({ digits: Schema.BigInt }),
  Schema.Struct({ list: Schema.Array(Schema.suspend(() => Tree)) }),
  Object_,
])

/** Generates any payload; make it one with {@link payloadOf}. */
export const AnyPayload = Object_

/** Builds the payload as a lossless parser would: all keys are own properties, long numbers raw. */
export const payloadOf = ({ object }: typeof AnyPayload.Type): JsonObject =>
  Object.fromEntries(object.map(([key, value]) => [key, jsonOf(value)]))

const jsonOf = (tree: Tree): Json => {
  if (typeof tree !== "object" || tree === null) return tree
  if ("digits" in tree) return JSON.rawJSON(`${tree.digits}`)
  return "list" in tree ? tree.list.map(jsonOf) : payloadOf(tree)
}
