import { wrongCall } from "@lead-gateway/document-check"

/**
 * What a value that the normaliser could not read does at one of two places: an attribute of the mapping
 * (`attributeValues.ts`) and a directive for one value in the template (`valueNode.ts`).
 */
export type UnreadPolicy = "send" | "omit" | "park"

/** The paths of the values that the normaliser could not read; the same for nearly all leads, without an entry. */
export interface UnreadPaths {
  readonly length: number
  readonly paths: ReadonlySet<string>
  /** The paths of the objects and lists around these values. */
  readonly around: ReadonlySet<string>
}

const none: UnreadPaths = { length: 0, paths: new Set(), around: new Set() }

/** Takes the paths out of the normaliser's report. Throws a `TypeError` for anything else than such a list. */
export const unreadPathsOf = (unread: unknown): UnreadPaths => {
  if (unread === undefined || unread === null) return none
  if (!Array.isArray(unread))
    throw wrongCall("map", "unread", unread, "the list `unread` of what `normalize` returns")
  const list = unread as ReadonlyArray<unknown>
  if (list.length === 0) return none
  const paths = new Set(list.map(pathOf))
  return { length: list.length, paths, around: new Set([...paths].flatMap(pathsAround)) }
}

const pathOf = (entry: unknown): string => {
  const path = (entry as { readonly path?: unknown } | null | undefined)?.path
  if (typeof path !== "string")
    throw wrongCall("map", "an entry of unread", entry, "an object with the key path, a text")
  return path
}

/** Whether the value at a path could not be read, or is part of such a value, or holds one. In time that no list affects. */
export const isUnreadAt = ({ around, paths }: UnreadPaths, path: string): boolean =>
  paths.has(path) || around.has(path) || pathsAround(path).some((outer) => paths.has(outer))

/** The paths that lead to a path. Of a dot in a key, which has a backslash before it, comes one that is no path. */
const pathsAround = (path: string): ReadonlyArray<string> => {
  const found: Array<string> = []
  for (let at = path.indexOf("."); at !== -1; at = path.indexOf(".", at + 1)) found.push(path.slice(0, at))
  return found
}
