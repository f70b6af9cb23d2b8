import { isRawNumber } from "@lead-gateway/lossless-json"

/** How many levels are copied: twice as many as `lossless-json` parses. */
const maxDepth = 1024

/** The longest list whose holes are filled: one item may make a list of four billion. */
const maxFilled = 100_000

/**
 * Copies a value to what a parser could have made, as far as it can be read: for values that no parser makes.
 *
 * A property that throws when it is read, as that of a getter or a proxy may, is left out, and so are `undefined`,
 * functions and symbols; in a list they are `null`. An object that cannot be read at all is `{}`. A `bigint` is a
 * `RawNumber`. Only own enumerable properties are copied, so a `Date` or a `Map` is `{}`. A copy of a cyclic object is
 * cyclic, and NaN stays. Nothing in the copy throws. Total.
 */
export const plainCopy = (value: unknown): unknown => copyOf(value, new Map(), 0)

const copyOf = (value: unknown, copies: Map<object, unknown>, depth: number): unknown => {
  if (typeof value === "bigint") return JSON.rawJSON(String(value))
  if (typeof value === "function" || typeof value === "symbol") return undefined
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (depth > maxDepth) return undefined
  const copy: Array<unknown> | Record<string, unknown> = isList(value) ? [] : {}
  copies.set(value, copy)
  for (const key of total(() => Object.keys(value)) ?? []) {
    const inside = total(() => (value as Readonly<Record<string, unknown>>)[key])
    const copied = copyOf(inside, copies, depth + 1)
    if (copied === undefined) continue
    Object.defineProperty(copy, key, { value: copied, enumerable: true, writable: true, configurable: true })
  }
  if (Array.isArray(copy) && copy.length <= maxFilled) {
    for (let index = 0; index < copy.length; index++) copy[index] ??= null
  }
  return copy
}

/** The result of a function, or `undefined` if it throws: for reading what may be anything. */
export const total = <A>(read: () => A): A | undefined => {
  try {
    return read()
  } catch {
    return undefined
  }
}

/** Whether a value is a list. `Array.isArray` throws for a revoked proxy. */
export const isList = (value: unknown): value is ReadonlyArray<unknown> =>
  total(() => Array.isArray(value)) ?? false
