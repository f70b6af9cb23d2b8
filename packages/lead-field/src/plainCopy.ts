import { isRawNumber } from "@lead-gateway/lossless-json"

/** How many levels are copied: twice as many as `lossless-json` parses. */
const maxDepth = 1024

/**
 * Copies a value to plain objects and lists, as far as it can be read: for values that no parser makes.
 *
 * A property that throws when it is read, as that of a getter or a proxy may, is `undefined` in the copy; an object that
 * cannot be read at all is `{}`. A copy of a cyclic object is cyclic. Only own enumerable properties are copied, so a
 * `Date` or a `Map` is `{}`. Nothing in the copy throws. Total.
 */
export const plainCopy = (value: unknown): unknown => copyOf(value, new Map(), 0)

const copyOf = (value: unknown, copies: Map<object, unknown>, depth: number): unknown => {
  if (typeof value !== "object" || value === null || isRawNumber(value)) return value
  const known = copies.get(value)
  if (known !== undefined) return known
  if (depth > maxDepth) return undefined
  const copy: Array<unknown> | Record<string, unknown> = isList(value) ? [] : {}
  copies.set(value, copy)
  // The keys of a list leave out its holes, which are undefined in the copy too.
  for (const key of total(() => Object.keys(value)) ?? []) {
    const inside = total(() => (value as Readonly<Record<string, unknown>>)[key])
    const property = { value: copyOf(inside, copies, depth + 1), enumerable: true, writable: true }
    Object.defineProperty(copy, key, { ...property, configurable: true })
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
