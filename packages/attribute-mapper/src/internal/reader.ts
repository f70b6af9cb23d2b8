import { isMissing, parsePath, printPath, type FieldPath, valueAt } from "@lead-gateway/lead-field"

/** The value that a place reads from a payload, and where it was. */
export interface Found {
  readonly value: unknown
  /** The path in the notation of the normaliser's report. */
  readonly path: string
  /** Whether all values at the paths of the place are refused, or missing. */
  readonly isRefused: boolean
}

/** Reads a value from a payload: at the first of several paths that has one. */
export interface Reader {
  /** The value; if there is none, the null or blank value at the last path that has it. Total. */
  readonly read: (payload: unknown) => unknown
  /** The first value that is not refused, for its path; if there is none, the first that is. Total. */
  readonly find: (payload: unknown, isRefused: (path: string) => boolean) => Found
}

/** Makes the reader of a path, or of several paths. */
export const readerOf = (field: string | ReadonlyArray<string>): Reader =>
  readerAt([field].flat().map((text) => parsePath(text) ?? []))

/** Makes the reader of a top-level key. */
export const topLevelReader = (name: string): Reader => {
  const path = [name]
  const { find } = readerAt([path])
  return {
    find,
    read: (payload) => {
      try {
        // Most attributes are absent from most leads, and reading a property is cheaper than checking that it is an own one.
        return (payload as Keyed)?.[name] === undefined ? undefined : valueAt(payload, path)
      } catch {
        return undefined
      }
    },
  }
}

/** A value whose keys are read, whatever it is. */
type Keyed = Readonly<Record<string, unknown>> | null | undefined

const readerAt = (paths: ReadonlyArray<FieldPath>): Reader => {
  const [first = [], ...others] = paths
  const find: Reader["find"] = (payload, isRefused) => {
    let found: Found = { value: undefined, path: printed(first), isRefused: false }
    for (const path of paths) {
      const value = safeValueAt(payload, path)
      if (isMissing(value)) {
        if (value !== undefined && !found.isRefused) found = { value, path: printed(path), isRefused: false }
        continue
      }
      const text = printed(path)
      if (!isRefused(text)) return { value, path: text, isRefused: false }
      if (!found.isRefused) found = { value, path: text, isRefused: true }
    }
    return found
  }
  if (others.length === 0) return { find, read: (payload) => safeValueAt(payload, first) }
  const read: Reader["read"] = (payload) => {
    let value = safeValueAt(payload, first)
    for (const path of others) {
      if (!isMissing(value)) return value
      value = safeValueAt(payload, path) ?? value
    }
    return value
  }
  return { find, read }
}

/** The value at a path; none where reading it throws, as an accessor or a proxy may. */
export const safeValueAt = (payload: unknown, path: FieldPath): unknown => {
  try {
    return valueAt(payload, path)
  } catch {
    return undefined
  }
}

/** Prints a path as the normaliser reports it: each key is truncated to 60 characters. */
export const printed = (path: FieldPath): string =>
  printPath(path.map((key) => (key.length > 60 ? `${key.slice(0, 60)}…` : key)))

/** The items of a list of at most `max`, holes as undefined; `undefined` for what is no list or throws when it is read. */
export const itemsOf = (
  value: unknown,
  max: number,
): ReadonlyArray<unknown> | "too_many_items" | undefined => {
  try {
    if (!Array.isArray(value)) return undefined
    const list = value as ReadonlyArray<unknown>
    return list.length > max
      ? "too_many_items"
      : Array.from({ length: list.length }, (_, index) => list[index])
  } catch {
    return undefined
  }
}
