import { type AskedHere, FieldGroup } from "./FieldGroup.ts"
import { childOf } from "./Scope.ts"

/** What a rule asks of one field, and the path to it. */
export interface Asked extends AskedHere {
  readonly path: ReadonlyArray<string>
}

/**
 * What the rules of a set ask of a value and of the fields inside it.
 *
 * Walked once for a payload, so that every object on the way is looked up once.
 */
export class FieldTree {
  readonly #group: FieldGroup | undefined
  readonly #children: ReadonlyArray<Child>

  /** In the order of the rules; of each path so many keys lead here. */
  constructor(asked: ReadonlyArray<Asked>, depth = 0) {
    const here = asked.filter(({ path }) => path.length === depth)
    const inside = Map.groupBy(
      asked.filter(({ path }) => path.length > depth),
      ({ path }) => path[depth] ?? "",
    )
    this.#group = here.length === 0 ? undefined : new FieldGroup(here)
    this.#children = Array.from(inside, ([key, of]) => childAt(key, of, depth + 1))
  }

  /** The first rule before `best` that a value does not meet; else `best`. */
  first(value: unknown, now: number, best: number): number {
    let first = best
    const group = this.#group
    if (group !== undefined && !group.isMet(value, now)) first = group.first(value, now, first)
    const children = this.#children
    if (children.length === 0) return first
    const parent = isPlain(value) ? value : undefined
    for (let i = 0; i < children.length; i++) {
      const { key, isOwn, start, leaf, tree } = children[i] as Child
      // They are in the order of the rules too.
      if (start >= first) return first
      const inside = parent !== undefined && isOwn ? parent[key] : childOf(value, key)
      if (tree !== undefined) first = tree.first(inside, now, first)
      else if (leaf !== undefined && !leaf.isMet(inside, now)) first = leaf.first(inside, now, first)
    }
    return first
  }
}

/** What is asked of the value under a key. */
interface Child {
  readonly key: string
  /** Whether a plain object has the key only if it is its own. */
  readonly isOwn: boolean
  /** The first of the rules. */
  readonly start: number
  /** Either: of what is inside nothing is asked, or something. */
  readonly leaf: FieldGroup | undefined
  readonly tree: FieldTree | undefined
}

const childAt = (key: string, asked: ReadonlyArray<Asked>, depth: number): Child => {
  const isLeaf = asked.every(({ path }) => path.length === depth)
  return {
    key,
    isOwn: !(key in Object.prototype || key in Array.prototype || key === "rawJSON"),
    start: asked[0]?.index ?? Number.POSITIVE_INFINITY,
    leaf: isLeaf ? new FieldGroup(asked) : undefined,
    tree: isLeaf ? undefined : new FieldTree(asked, depth),
  }
}

/**
 * Whether a value is an object as parsers make them: then a key that no prototype has need not be asked for.
 *
 * Nobody may add properties to `Object.prototype` once a rule set is compiled.
 */
const isPlain = (value: unknown): value is Readonly<Record<string, unknown>> => {
  if (typeof value !== "object" || value === null) return false
  const prototype: unknown = Object.getPrototypeOf(value)
  return prototype === Object.prototype || prototype === null || prototype === Array.prototype
}
