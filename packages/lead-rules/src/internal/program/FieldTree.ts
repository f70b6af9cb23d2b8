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
  readonly #key: string
  /** Whether a plain object has the key only if it is its own. */
  readonly #isOwn: boolean
  readonly #group: FieldGroup | undefined
  readonly #children: ReadonlyArray<FieldTree>

  /** The first of the rules. */
  readonly #start: number

  /** In the order of the rules. */
  constructor(asked: ReadonlyArray<Asked>, key = "") {
    const here = asked.filter(({ path }) => path.length === 0)
    const inside = asked.filter(({ path }) => path.length > 0)
    this.#key = key
    this.#start = asked[0]?.index ?? Number.POSITIVE_INFINITY
    this.#isOwn = !(key in Object.prototype || key in Array.prototype || key === "rawJSON")
    this.#group = here.length === 0 ? undefined : new FieldGroup(here)
    this.#children = Array.from(
      Map.groupBy(inside, ({ path }) => path[0] ?? ""),
      ([child, of]) =>
        new FieldTree(
          of.map(({ path, ...rest }) => ({ ...rest, path: path.slice(1) })),
          child,
        ),
    )
  }

  /** The first rule before `best` that a value does not meet; else `best`. */
  first(value: unknown, now: number, best: number): number {
    let first = best
    if (this.#group !== undefined) first = this.#group.first(value, now, first)
    const children = this.#children
    if (children.length === 0) return first
    const parent = isPlain(value) ? value : undefined
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as FieldTree
      // They are in the order of the rules too.
      if (child.#start >= first) return first
      const inside = parent !== undefined && child.#isOwn ? parent[child.#key] : childOf(value, child.#key)
      first = child.first(inside, now, first)
    }
    return first
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
