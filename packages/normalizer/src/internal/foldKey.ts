import type { FieldPath } from "@lead-gateway/lead-field"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { cleanFold, cleanText } from "./text.ts"

/**
 * The form in which keys and questions of a source are compared: clean, in lower case, without the `?`, `:` or `*` that
 * web forms append to a question. Cleaning comes first, so that normalising a question does not change its result.
 */
export const foldKey = (key: string): string => {
  const clean = cleanFold(cleanText(key))
  let end = clean.length
  while (end > 0 && isTail(clean.charCodeAt(end - 1))) end--
  return end === 0 ? clean : clean.slice(0, end)
}

/** {@link foldKey} of every segment of a path. */
export const foldPath = (path: FieldPath): FieldPath => path.map(foldKey)

/** A space, `?`, `:` or `*`. */
const isTail = (code: number): boolean => code === 0x20 || code === 0x3f || code === 0x3a || code === 0x2a

/** What stands for a number in a key of a source: `q{n}_email` is `q4_email`, whatever its place in the form is. */
export const anyNumber = "{n}"

/** A folded key with its first number replaced by `{n}`; `undefined` if it has no number. */
export const numberedKey = (folded: string): string | undefined => {
  const replaced = folded.replace(/\d+/, anyNumber)
  return replaced === folded ? undefined : replaced
}

/** Whether `{n}` can match in a key of a source: it stands for the first number of a key, and there is more than that number. */
export const isNumberedKey = (key: string): boolean => {
  const [before = "", ...after] = key.split(anyNumber)
  return after.length === 1 && !/\d/.test(before) && key !== anyNumber
}

/** The form in which identifiers, of an option or a question, are compared; `undefined` if the value is neither a text nor a number. */
export const foldId = (value: unknown): string | undefined => {
  if (typeof value === "string") return cleanText(value)
  if (isRawNumber(value)) return value.rawJSON
  return typeof value === "number" ? String(value) : undefined
}
