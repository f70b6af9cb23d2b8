import { isMissing, parsePath, type FieldPath } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import { spellingOf } from "./format.ts"
import { printed, safeValueAt } from "./reader.ts"

type Piece = string | FieldPath

/** Pieces of a text; if they are in brackets, they are written only if all their fields have a value. */
interface Group {
  readonly optional: boolean
  readonly pieces: ReadonlyArray<Piece>
}

/** A parsed `$text`; only {@link parseText} makes one. */
export type TextTemplate = ReadonlyArray<Group>

/** A field in braces, a bracket, an escaped character, or other text. */
const token = /\{([^{}[\]]*)\}|([[\]])|\\([{}[\]\\])|([^{}[\]\\]+)/uy

/** Parses a `$text`. For an invalid one, returns the `expected` of the diagnostic as a text. */
export const parseText = (text: string): TextTemplate | string => {
  const groups: Array<{ optional: boolean; pieces: Array<Piece> }> = [{ optional: false, pieces: [] }]
  const last = () => groups.at(-1) ?? { optional: false, pieces: [] }
  token.lastIndex = 0
  while (token.lastIndex < text.length) {
    const [, path, bracket, escaped, literal] = token.exec(text) ?? []
    if (path !== undefined) {
      const parsed = parsePath(path)
      if (parsed === undefined || parsed.length === 0 || parsed.includes("*"))
        return `a path such as {house.is_owner}, without a segment *, in every pair of braces`
      last().pieces.push(parsed)
    } else if (bracket === "[" && !last().optional) groups.push({ optional: true, pieces: [] })
    else if (bracket === "]" && last().optional) {
      if (!last().pieces.some(isPath)) return "at least one {field} in every pair of brackets"
      groups.push({ optional: false, pieces: [] })
    } else if (escaped !== undefined || literal !== undefined) {
      last().pieces.push(escaped ?? literal ?? "")
    } else return "pairs of { } and of [ ] without nesting, and a \\ before a literal one"
  }
  if (last().optional) return "a ] for every ["
  if (!groups.some(({ pieces }) => pieces.some(isPath))) return "at least one {field}"
  return groups
}

const isPath = (piece: Piece): piece is FieldPath => typeof piece !== "string"

/** A field that cannot be written in a text: a list or an object. */
export const notText = Symbol("notText")

/**
 * Writes the text; `undefined` if none of its fields has a value.
 *
 * White space around a missing field is written once, and not at the ends.
 */
export const fillText = (groups: TextTemplate, here: unknown): string | typeof notText | undefined => {
  let text = ""
  let isFilled = false
  let afterGap = false
  for (const { optional, pieces } of groups) {
    const written = pieces.map((piece) => (typeof piece === "string" ? piece : textAt(here, piece)))
    if (written.includes(notText)) return notText
    if (optional && written.includes(undefined)) {
      afterGap = true
      continue
    }
    for (const [index, piece] of written.entries()) {
      const isField = isPath(pieces[index] ?? "")
      if (piece === undefined || piece === notText) {
        afterGap = true
        continue
      }
      // The value of a field is written unchanged; only the literal text around it is trimmed.
      text += afterGap && !isField && /(?:^|\s)$/.test(text) ? piece.trimStart() : piece
      afterGap &&= !isField && piece.trim() === ""
      isFilled ||= isField
    }
  }
  if (!isFilled) return undefined
  return afterGap ? text.trimEnd() : text
}

const textAt = (here: unknown, path: FieldPath): string | typeof notText | undefined => {
  const value = safeValueAt(here, path)
  return isMissing(value) ? undefined : (spellingOf(value as Json) ?? notText)
}

/** The path of the first field with a value that is refused, as the normaliser reports it. */
export const refusedIn = (
  groups: TextTemplate,
  here: unknown,
  isRefused: (path: string) => boolean,
): string | undefined =>
  groups
    .flatMap(({ pieces }) => pieces.filter(isPath))
    .filter((path) => !isMissing(safeValueAt(here, path)))
    .map(printed)
    .find(isRefused)
