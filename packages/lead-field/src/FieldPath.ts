import { Shape } from "@lead-gateway/document-check"
import { isRawNumber } from "@lead-gateway/lossless-json"
import { total } from "./plainCopy.ts"

/** The path to a field: keys of objects and indices of lists, outermost first. `["house", "is_owner"]`. */
export type FieldPath = ReadonlyArray<string>

/**
 * A path as people write it: keys separated by dots, `house.is_owner`; an index for an item of a list,
 * `questions.0`; a backslash before a dot or a backslash that belongs to a key, `Haus\.Typ`; `\e` for an empty key.
 */
const segment = String.raw`(?:\\e|(?:[^.\\]|\\[.\\])+)`

const form = new RegExp(String.raw`^${segment}(?:\.${segment})*$`, "u")

/** The depth limit of `lossless-json`: a longer path cannot lead to a value, and would need a deep stack. */
const maxKeys = 512

const isShallow = (text: string): boolean =>
  text.length < 2 * maxKeys || (keysIn(text)?.length ?? 0) <= maxKeys

const expectation = {
  expected: "a path such as house.is_owner, without an empty segment",
  description:
    "The path to a field: keys separated by dots (house.is_owner), an index for an item of a list (questions.0). A dot inside a key is written \\. and an empty key \\e",
}

const also = { holds: isShallow, expected: `a path of at most ${maxKeys} keys` }

/**
 * The shape of a path in a document: a text, to be parsed with {@link parsePath}. It may have a segment `*`, so it is for
 * documents in which `*` stands for every item of a list; others use {@link PlainPathText}.
 */
export const FieldPathText = Shape.text({ ...expectation, form, also })

const noStar = String.raw`(?!\*(?:\.|$))`

const plainForm = new RegExp(String.raw`^${noStar}${segment}(?:\.${noStar}${segment})*$`, "u")

const plainExpectation = {
  ...expectation,
  expected: "a path such as house.is_owner, without an empty segment or a segment *",
}

/** The shape of a path to one field: without a segment `*`, which would name an ordinary key. */
export const PlainPathText = Shape.text({ ...plainExpectation, form: plainForm, also })

/** The same, or `.` for the value itself, the empty path. */
export const PlainPathOrDotText = Shape.text({
  ...plainExpectation,
  form: new RegExp(String.raw`^\.$|${plainForm.source}`, "u"),
  also,
})

/**
 * Parses a path; `undefined` if the text is not one, or has more than 512 keys. Total: accepts any value.
 *
 * `parsePath("house.is_owner")` is `["house", "is_owner"]`, `parsePath("a\\.b.0")` is `["a.b", "0"]`, `parsePath(".")`
 * is `[]`, the path to the value itself. The inverse of {@link printPath}.
 */
export const parsePath = (text: string): FieldPath | undefined => {
  if (text === ".") return []
  const keys = keysIn(text)
  return keys !== undefined && keys.length <= maxKeys ? keys : undefined
}

const keysIn = (text: unknown): FieldPath | undefined => {
  if (typeof text !== "string" || !form.test(text)) return undefined
  if (!text.includes("\\")) return text.split(".")
  return Array.from(text.matchAll(/(?:[^.\\]|\\[.\\e])+/gu), ([segment]) =>
    segment === emptyKey ? "" : segment.replaceAll(/\\(.)/g, "$1"),
  )
}

const emptyKey = String.raw`\e`

/**
 * Prints a path so that {@link parsePath} parses it to the same keys, whatever they are: `["house", "is_owner"]` is
 * `house.is_owner`, `["a.b", ""]` is `a\.b.\e`, `[]` is `.`.
 *
 * Total: a key that is not a text is printed as one, such as an index; what is not a list is `""`, which is no path.
 */
export const printPath = (path: FieldPath): string => {
  const keys = total(() => (Array.isArray(path) ? Array.from<unknown, string>(path, printKey) : undefined))
  if (keys === undefined) return ""
  return keys.length === 0 ? "." : keys.join(".")
}

const printKey = (key: unknown): string =>
  key === "" ? emptyKey : String(key).replaceAll(/[.\\]/g, String.raw`\$&`)

/**
 * The value at a path of own properties, or `undefined` when there is none.
 *
 * The items of a list are own properties, its `length` is not data. A `RawNumber` has no properties.
 * `valueAt({}, ["__proto__"])` is `undefined`. Total: accepts any value, and finds nothing where reading it throws, as a
 * getter or a proxy may, or where the path is not a list.
 */
export const valueAt = (payload: unknown, path: FieldPath): unknown => {
  try {
    return Array.isArray(path) ? valueInside(payload, path) : undefined
  } catch {
    return undefined
  }
}

const valueInside = (payload: unknown, path: FieldPath): unknown => {
  let value = payload
  for (const segment of path) {
    if (typeof value !== "object" || value === null) return undefined
    const inside = (value as Record<string, unknown>)[segment]
    // Most fields are absent, so the cheap check comes first. A value may be inherited, hence the second check.
    if (inside === undefined || !isEnumerable.call(value, segment) || isRawNumber(value)) return undefined
    value = inside
  }
  return value
}

/** Whether a property is own and enumerable, as all properties of parsed JSON are. */
const isEnumerable = Object.prototype.propertyIsEnumerable
