/**
 * Generates JSON as the lossless parser returns it, for properties of any payload or document.
 *
 * Keys include odd ones such as `__proto__`; texts may be blank or contain NUL and lone surrogates; numbers that a double
 * cannot represent are raw. `it.prop` with `Schema.Json` generates none of these. Used by tests of the pure packages,
 * each with the keys and texts that its subject reads.
 */
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { Arbitrary, Schema } from "effect"

/** The keys and texts that the subject of a test reads, which random JSON would rarely contain. */
export interface Vocabulary {
  readonly keys?: ReadonlyArray<string>
  readonly texts?: ReadonlyArray<string>
}

/** Generators that share a vocabulary. */
export interface AnyJson {
  /** A key of the vocabulary, an odd key, or any text. */
  readonly key: Schema.Codec<string>
  readonly value: Arbitrary.Arbitrary<Json>
  readonly object: Arbitrary.Arbitrary<JsonObject>
}

/** Makes generators. Example: `it.prop("…", [anyJson({ keys: ["phone"] }).object], ([payload]) => { … })`. */
export const anyJson = ({ keys = [], texts = [] }: Vocabulary = {}): AnyJson => {
  const key = Schema.Union([Schema.Literals([...keys, ...oddKeys]), Schema.String])
  const text = Schema.Union([Schema.Literals([...texts, ...oddTexts]), Schema.String])
  const tree: Schema.Codec<Tree> = Schema.Union([
    Schema.Null,
    Schema.Boolean,
    Schema.Finite,
    text,
    Schema.Struct({ long: Schema.Union([Schema.BigInt, Schema.Literals(longNumbers)]) }),
    Schema.Struct({ list: Schema.Array(Schema.suspend(() => tree)) }),
    Schema.Struct({ entries: Schema.Array(Schema.Tuple([key, Schema.suspend(() => tree)])) }),
  ])
  return {
    key,
    value: Arbitrary.map(Arbitrary.schema(tree), jsonOf),
    object: Arbitrary.map(Arbitrary.schema(Schema.Array(Schema.Tuple([key, tree]))), objectOf),
  }
}

const oddKeys = ["__proto__", "constructor", "toString", "length", "rawJSON", "0", "", " k ", "a.b"]

const oddTexts = ["", " ", "\u0000", "\ud800", "a \u2003 b", "e\u0301"]

const longNumbers = ["-9007199254740993", "0.1234567890123456789", "1e400", "-1e-400"] as const

/** JSON in a form without odd keys and raw numbers, which a schema can generate. */
type Tree =
  | null
  | boolean
  | number
  | string
  | { readonly long: bigint | string }
  | { readonly list: ReadonlyArray<Tree> }
  | { readonly entries: Entries }

type Entries = ReadonlyArray<readonly [key: string, value: Tree]>

const jsonOf = (tree: Tree): Json => {
  if (typeof tree !== "object" || tree === null) return tree
  if ("long" in tree) return JSON.rawJSON(typeof tree.long === "string" ? tree.long : longFrom(tree.long))
  return "list" in tree ? tree.list.map(jsonOf) : objectOf(tree.entries)
}

const objectOf = (entries: Entries): JsonObject =>
  Object.fromEntries(entries.map(([key, value]) => [key, jsonOf(value)]))

/** An integer of at least twenty digits, which a double cannot represent. */
const longFrom = (seed: bigint): string => `${(seed < 0n ? seed - 1n : seed + 1n) * 10n ** 19n + 1n}`
