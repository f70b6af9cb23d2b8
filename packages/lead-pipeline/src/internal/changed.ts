import { get, isJsonObject, type Json } from "@lead-gateway/lossless-json"

/**
 * The value with another one at a path, or without it for undefined. Objects on the way are made, and a list for an index 0.
 * Undefined if something on the way has a value that is neither.
 */
export const changed = (
  value: Json,
  [key, ...rest]: ReadonlyArray<string>,
  next: Json | undefined,
): Json | undefined => {
  if (key === undefined) return next
  if (Array.isArray(value)) {
    const items = value as ReadonlyArray<Json>
    const index = Number(key)
    if (!/^\d$/.test(key) || index > items.length) return undefined
    const inner = changed(items[index] ?? emptyFor(rest), rest, next)
    return inner === undefined ? undefined : [...items.slice(0, index), inner, ...items.slice(index + 1)]
  }
  if (!isJsonObject(value)) return undefined
  const inner = changed(get(value, key) ?? emptyFor(rest), rest, next)
  if (inner !== undefined) return { ...value, [key]: inner }
  return next === undefined
    ? Object.fromEntries(Object.entries(value).filter(([own]) => own !== key))
    : undefined
}

const emptyFor = ([key]: ReadonlyArray<string>): Json => (key === "0" ? [] : {})
