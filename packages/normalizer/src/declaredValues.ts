import { isJsonObject, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import type { FieldKind } from "./FieldDeclaration.ts"
import { type Field, type FieldTree, isTree } from "./internal/FieldTree.ts"
import { partsOf, type Profile } from "./Profile.ts"

/** A text of a payload, in a field that its profile declares. */
export interface DeclaredValue {
  readonly kind: FieldKind
  readonly value: string
}

/** At most so many are returned, so that a list of a megabyte is not. */
const maxValues = 16

/**
 * The texts of a payload in fields that are declared as one of these kinds, in the order of the profile; 16 at most.
 *
 * For example to find leads by e-mail and phone: of a normalised payload, each is in its normal form, or as it came where it
 * cannot be read. Blank texts, numbers, lists and objects in such a field are left out; of a list whose items are declared
 * (`contacts.*.phone`) each item counts. Throws a `TypeError` only if `profile` is none.
 */
export const declaredValues = (
  profile: Profile,
  payload: JsonObject,
  kinds: ReadonlyArray<FieldKind>,
): ReadonlyArray<DeclaredValue> => {
  const found: Array<DeclaredValue> = []
  const visit = (declared: Field | FieldTree, value: Json | undefined): void => {
    if (value === undefined || value === null || found.length >= maxValues) return
    if (!isTree(declared)) {
      if (typeof value === "string" && value !== "" && kinds.includes(declared.kind)) {
        found.push({ kind: declared.kind, value })
      }
    } else if (Array.isArray(value)) {
      for (const [index, item] of value.entries()) {
        if (found.length >= maxValues) return
        const inner = declared.items ?? declared.keys.get(String(index))
        if (inner !== undefined) visit(inner, item as Json)
      }
    } else if (isJsonObject(value)) {
      for (const [key, inner] of declared.keys) if (Object.hasOwn(value, key)) visit(inner, value[key])
    }
  }
  visit(partsOf(profile).fields, payload)
  return found
}
