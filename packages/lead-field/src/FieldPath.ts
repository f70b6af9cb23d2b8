import { Shape } from "@lead-gateway/document-check"
import { isRawNumber } from "@lead-gateway/lossless-json"

/** The path to a field: keys of objects and indices of lists, outermost first. `["house", "is_owner"]`. */
export type FieldPath = ReadonlyArray<string>

/**
 * A path as people write it: keys separated by dots, `house.is_owner`; an index for an item of a list,
 * `questions.0`; a backslash before a dot or a backslash that belongs to a key, `Haus\.Typ`. No key is empty.
 */
const form = /^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+)*$/u

/** The depth limit of `lossless-json`: a longer path cannot lead to a value, and would need a deep stack. */
const maxKeys = 512

const isShallow = (text: string): boolean =>
  text.length < 2 * maxKeys || (keysIn(text)?.length ?? 0) <= maxKeys

const expectation = {
  expected: "a path such as house.is_owner, without an empty segment",
  description:
    "The path to a field: keys separated by dots (house.is_owner), an index for an item of a list (questions.0). A dot inside a key is written \\.",
}

const also = { holds: isShallow, expected: `a path of at most ${maxKeys} keys` }

/** The shape of a path in a document: a text, to be parsed with {@link parsePath}. */
export const FieldPathText = Shape.text({ ...expectation, form, also })

/** The same, or `.` for the value itself, which {@link parsePath} does not parse. */
export const FieldPathOrDotText = Shape.text({
  ...expectation,
  form: new RegExp(String.raw`^\.$|${form.source}`, "u"),
  also,
})

/**
 * Parses a path; `undefined` if the text is not one, or has more than 512 keys.
 *
 * `parsePath("house.is_owner")` is `["house", "is_owner"]`, `parsePath("a\\.b.0")` is `["a.b", "0"]`.
 */
export const parsePath = (text: string): FieldPath | undefined => {
  const keys = keysIn(text)
  return keys !== undefined && keys.length <= maxKeys ? keys : undefined
}

const keysIn = (text: string): FieldPath | undefined => {
  if (!form.test(text)) return undefined
  if (!text.includes("\\")) return text.split(".")
  return Array.from(text.matchAll(/(?:[^.\\]|\\[.\\])+/gu), ([segment]) => segment.replaceAll(/\\(.)/g, "$1"))
}

/** Prints a path so that {@link parsePath} parses it to the same keys. */
export const printPath = (path: FieldPath): string =>
  path.map((segment) => segment.replaceAll(/[.\\]/g, String.raw`\$&`)).join(".")

/**
 * The value at a path of own properties, or `undefined` when there is none.
 *
 * The items of a list are own properties, its `length` is not data. A `RawNumber` has no properties.
 * `valueAt({}, ["__proto__"])` is `undefined`. Total: accepts any value.
 */
export const valueAt = (payload: unknown, path: FieldPath): unknown => {
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
