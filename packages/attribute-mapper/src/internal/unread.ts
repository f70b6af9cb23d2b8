import { wrongCall } from "@lead-gateway/document-check"

/**
 * What a value that the normaliser could not read does at one of two places: an attribute of the mapping
 * (`attributeValues.ts`) and a directive for one value in the template (`valueNode.ts`).
 */
export type UnreadPolicy = "send" | "omit" | "park"

/** The paths of the values that the normaliser could not read; the same list for nearly all leads, without an entry. */
export type UnreadPaths = ReadonlyArray<string>

const none: UnreadPaths = []

/** Takes the paths out of the normaliser's report. Throws a `TypeError` for anything else than such a list. */
export const unreadPathsOf = (unread: unknown): UnreadPaths => {
  if (unread === undefined || unread === null) return none
  if (!Array.isArray(unread))
    throw wrongCall("map", "unread", unread, "the list `unread` of what `normalize` returns")
  const list = unread as ReadonlyArray<unknown>
  return list.length === 0 ? none : list.map(pathOf)
}

const pathOf = (entry: unknown): string => {
  const path = (entry as { readonly path?: unknown } | null | undefined)?.path
  if (typeof path !== "string")
    throw wrongCall("map", "an entry of unread", entry, "an object with the key path, a text")
  return path
}

/** Whether the value at a path could not be read, or is part of such a value, or holds one. */
export const isUnreadAt = (unread: UnreadPaths, path: string): boolean =>
  unread.some((other) => other === path || isInside(other, path) || isInside(path, other))

/** Whether a path leads further than another. A dot in a key has a backslash before it. */
const isInside = (path: string, other: string): boolean =>
  path.length > other.length && path.charAt(other.length) === "." && path.startsWith(other)
