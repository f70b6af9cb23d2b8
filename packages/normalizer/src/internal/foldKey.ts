import type { FieldPath } from "@lead-gateway/lead-field"
import { cleanFreeText } from "./freeText.ts"
import { cleanFold } from "./text.ts"

/**
 * A source's key or question as they are compared: clean, letter case aside, without the `?`, `:` or `*` that
 * forms put behind a question. Cleaning comes first, so that a question has one fold before and after it.
 */
export const foldKey = (key: string): string => {
  const clean = cleanFold(cleanFreeText(key))
  let end = clean.length
  while (end > 0 && isTail(clean.charCodeAt(end - 1))) end--
  return end === 0 ? clean : clean.slice(0, end)
}

export const foldPath = (path: FieldPath): FieldPath => path.map(foldKey)

/** A space, `?`, `:` or `*`. */
const isTail = (code: number): boolean => code === 0x20 || code === 0x3f || code === 0x3a || code === 0x2a
