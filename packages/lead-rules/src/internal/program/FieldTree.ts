import type { Operator } from "../operators/Operator.ts"
import { FieldGroup } from "./FieldGroup.ts"
import { childOf } from "./Scope.ts"

/** What is asked of one field: the path to it and the operator. */
export interface Asked {
  readonly path: ReadonlyArray<string>
  readonly operator: Operator
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

  constructor(asked: ReadonlyArray<Asked>, key = "") {
    const here = asked.filter(({ path }) => path.length === 0)
    const inside = asked.filter(({ path }) => path.length > 0)
    this.#key = key
    this.#isOwn = !(key in Object.prototype || key in Array.prototype || key === "rawJSON")
    this.#group = here.length === 0 ? undefined : new FieldGroup(here.map(({ operator }) => operator))
    this.#children = Array.from(
      Map.groupBy(inside, ({ path }) => path[0] ?? ""),
      ([child, of]) =>
        new FieldTree(
          of.map(({ path, operator }) => ({ path: path.slice(1), operator })),
          child,
        ),
    )
  }

  /** Whether a value meets all that is asked of it. */
  isMet(value: unknown, now: number): boolean {
    if (this.#group !== undefined && !this.#group.isMet(value, now)) return false
    const children = this.#children
    if (children.length === 0) return true
    const parent = isPlain(value) ? value : undefined
    for (let i = 0; i < children.length; i++) {
      const child = children[i] as FieldTree
      const inside = parent !== undefined && child.#isOwn ? parent[child.#key] : childOf(value, child.#key)
      if (!child.isMet(inside, now)) return false
    }
    return true
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
