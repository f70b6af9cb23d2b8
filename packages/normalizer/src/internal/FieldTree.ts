import type { FieldPath } from "@lead-gateway/lead-field"
import type { Json, RawNumber } from "@lead-gateway/lossless-json"
import type { FieldKind } from "../FieldDeclaration.ts"

/** A value of a payload that is neither null nor a list nor an object. */
export type Scalar = string | number | boolean | RawNumber

/** A value that cannot be read as the declared kind of its field; a text is clean, but otherwise as it came. */
export class Unreadable {
  readonly value: Json
  constructor(value: Json) {
    this.value = value
  }
}

/**
 * Converts a scalar to the normal form of a kind, or reports that it is unreadable. A blank text becomes `""`, which
 * counts as missing and is not unreadable. `null` is the result of a phone without a digit. Idempotent. Values that JSON does
 * not have (a function, a bigint) are unreadable.
 */
export type Converter = (value: Scalar) => Scalar | null | Unreadable

/** A declared field of a profile, compiled. */
export interface Field {
  readonly kind: FieldKind
  readonly convert: Converter
}

/** The declared fields inside an object or a list. */
export interface FieldTree {
  /** By key or list index. */
  readonly keys: ReadonlyMap<string, Field | FieldTree>
  /** The declaration for every item of a list. */
  readonly items: Field | FieldTree | undefined
}

/** Whether the declaration is of fields inside an object or list, rather than of one field. */
export const isTree = (declared: Field | FieldTree | undefined): declared is FieldTree =>
  declared !== undefined && "keys" in declared

/** Builds the tree of fields. No two may overlap, and no list may have both `*` and an index. */
export const fieldTreeOf = (fields: ReadonlyArray<readonly [FieldPath, Field]>): FieldTree => {
  const inside = new Map<string, Array<readonly [FieldPath, Field]>>()
  for (const [[first = "", ...rest], field] of fields) {
    const group = inside.get(first) ?? []
    group.push([rest, field])
    inside.set(first, group)
  }
  const keys = new Map<string, Field | FieldTree>()
  for (const [key, group] of inside) {
    const leaf = group.find(([rest]) => rest.length === 0)
    keys.set(key, leaf === undefined ? fieldTreeOf(group) : leaf[1])
  }
  // In a list `*` matches every item; in an object it is an ordinary key.
  return { keys, items: keys.get("*") }
}

/** The declaration at a path, if there is one. */
export const declaredAt = (tree: FieldTree, path: FieldPath): Field | FieldTree | undefined => {
  let declared: Field | FieldTree | undefined = tree
  for (const segment of path) declared = isTree(declared) ? declared.keys.get(segment) : undefined
  return declared
}

/** A set of named paths, none of which is equal to another or inside another. */
export class DisjointPaths {
  readonly #root: Level = new Map()

  /** Adds a path. If it is equal to a path in the set, inside one or around one, returns that one's name and adds nothing. */
  add(path: FieldPath, name: string): string | undefined {
    let level = this.#root
    for (const [index, segment] of path.entries()) {
      const next = level.get(segment)
      if (typeof next === "string") return next
      if (index === path.length - 1) {
        if (next !== undefined) return anyIn(next)
        level.set(segment, name)
      } else if (next === undefined) {
        const inner: Level = new Map()
        level.set(segment, inner)
        level = inner
      } else level = next
    }
    return undefined
  }
}

interface Level extends Map<string, string | Level> {}

const anyIn = (level: Level): string | undefined => {
  let inner: string | Level | undefined = level
  while (inner !== undefined && typeof inner !== "string") inner = [...inner.values()][0]
  return inner
}
