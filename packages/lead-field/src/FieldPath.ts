import { Shape } from "@lead-gateway/document-check"
import { isRawNumber } from "@lead-gateway/lossless-json"

/** The way to a field: keys of objects and indices of lists, from the outside in. `["house", "is_owner"]`. */
export type FieldPath = ReadonlyArray<string>

/**
 * A path as people write it: keys separated by dots, `house.is_owner`; an index for an item of a list,
 * `questions.0`; a backslash before a dot or a backslash that belongs to a key, `Haus\.Typ`. No key is empty.
 */
const form = /^(?:[^.\\]|\\[.\\])+(?:\.(?:[^.\\]|\\[.\\])+)*$/u

/** As deep as the payloads that `lossless-json` reads: a longer path leads to nothing, and takes a stack of its own. */
const maxKeys = 512

const isShallow = (text: string): boolean =>
  text.length < 2 * maxKeys || (keysIn(text)?.length ?? 0) <= maxKeys

/** The shape of a path in a document. A text: take it apart with {@link parsePath}. */
export const FieldPathText = Shape.text({
  expected: "a path such as house.is_owner, without an empty segment",
  form,
  also: { holds: isShallow, expected: `a path of at most ${maxKeys} keys` },
  description:
    "The path to a field: keys separated by dots (house.is_owner), an index for an item of a list (questions.0). A dot inside a key is written \\.",
})

/**
 * Takes a path apart; `undefined` when it is none, or has more than 512 keys.
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

/** Writes a path, so that {@link parsePath} reads the same from it. */
export const printPath = (path: FieldPath): string =>
  path.map((segment) => segment.replaceAll(/[.\\]/g, String.raw`\$&`)).join(".")

/**
 * The value at a path of own properties, or `undefined` when there is none.
 *
 * A list's items are its own properties, its `length` is not data. A number that is kept as text
 * (`JSON.rawJSON`) has nothing inside. `valueAt({}, ["__proto__"])` is `undefined`. Total: any value may be looked
 * into.
 */
export const valueAt = (payload: unknown, path: FieldPath): unknown => {
  let value = payload
  for (const segment of path) {
    if (typeof value !== "object" || value === null) return undefined
    const inside = (value as Record<string, unknown>)[segment]
    // Most fields are absent: that is seen at once. What is there is looked at twice, for it may be inherited.
    if (inside === undefined || !isEnumerable.call(value, segment) || isRawNumber(value)) return undefined
    value = inside
  }
  return value
}

/** Own and enumerable, which is what a JSON text can make; inherited properties are never. */
const isEnumerable = Object.prototype.propertyIsEnumerable
