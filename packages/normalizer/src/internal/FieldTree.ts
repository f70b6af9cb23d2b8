import type { FieldPath } from "@lead-gateway/lead-field"
import type { FieldKind } from "../FieldDeclaration.ts"
import type { Form } from "./Form.ts"

/** What a profile declares of one field, ready for use. */
export interface Field {
  readonly kind: FieldKind
  readonly form: Form
}

/** What is declared inside an object or a list. */
export interface FieldTree {
  /** By key, or by index. */
  readonly keys: ReadonlyMap<string, Field | FieldTree>
  /** What is declared of every item of a list. */
  readonly items: Field | FieldTree | undefined
}

export const isTree = (declared: Field | FieldTree | undefined): declared is FieldTree =>
  declared !== undefined && "keys" in declared

/** Makes the tree of fields of which none is another, inside another or beside `*` an index of the same list. */
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
  // In a list `*` is every item; an object has no items, and there it is a key like any other.
  return { keys, items: keys.get("*") }
}

/** What is declared at a path, if anything. */
export const declaredAt = (tree: FieldTree, path: FieldPath): Field | FieldTree | undefined => {
  let declared: Field | FieldTree | undefined = tree
  for (const segment of path) declared = isTree(declared) ? declared.keys.get(segment) : undefined
  return declared
}
