/** Reads an item of a list of answers: the value of the answer, and what stays of the item once that value is moved. */
import { type FieldPath, isMissing, valueAt } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { PayloadPath } from "./Draft.ts"
import { foldId } from "./foldKey.ts"
import { type AnswerList, isMissingIn, type Lookup, type Target } from "./SourceTree.ts"

/** A value of a payload, and where it is. */
export interface Place {
  readonly path: PayloadPath
  readonly value: Json
}

/** What becomes of a place once the answer is moved: the value that it keeps, or `undefined` if the key is removed. */
export interface Edit {
  readonly path: PayloadPath
  readonly value: Json | undefined
}

/** An answer that may fill a target. */
export interface Answer {
  /** With `*` where the answers of every item of a list were collected; the path of the object if it was joined. */
  readonly path: PayloadPath
  /** As it came. */
  readonly before: Json
  /** With the texts of options in the place of their identifiers; one answer of a list of one. */
  readonly value: Json
  readonly edits: ReadonlyArray<Edit>
  /** If it was joined: the values that it was joined from. */
  readonly parts?: ReadonlyArray<Place>
  /** Finds other answers in the same item, which stay. */
  readonly further: () => ReadonlyArray<Place>
}

/** Whether an object is an item with a question or an answer, rather than an answer itself. */
export const isItem = (value: Json, { answers, questions }: AnswerList): boolean =>
  [...answers, ...questions].some(([first = ""]) => valueAt(value, [first]) !== undefined)

/**
 * The answer of an item: that at the first path whose value is not missing in the target. `onUnknown` is called with the
 * path of an identifier that no option has.
 */
export const answerOf = (
  item: Place,
  { answers, options }: AnswerList,
  target: Target,
  onUnknown: (path: PayloadPath) => void,
): Answer | undefined => {
  const texts = options === undefined ? undefined : textsAt(item.value, options)
  const answerIn = (path: FieldPath): Answer | undefined => {
    const answer = answerAt(item, path, texts, onUnknown)
    return answer === undefined || isMissingIn(target, answer.value) ? undefined : answer
  }
  for (const [rank, path] of answers.entries()) {
    const best = answerIn(path)
    if (best === undefined) continue
    const further = () => [
      ...placesBeside(item, path),
      ...answers.slice(rank + 1).flatMap((other) => {
        const answer = answerIn(other)
        return answer === undefined ? [] : [{ path: answer.path, value: answer.before }]
      }),
    ]
    return { ...best, further }
  }
  return undefined
}

/** The texts of a list of options or questions. */
export interface Texts {
  readonly byId: ReadonlyMap<string, Json>
  /** The texts themselves, in the form of {@link foldId}. */
  readonly all: ReadonlySet<string>
}

/** The texts of a list by the identifiers beside them; `undefined` if there is no such list. The first of two with one identifier counts. */
export const textsAt = (root: Json, { id, list, text }: Lookup): Texts | undefined => {
  const items = valueAt(root, list)
  if (!Array.isArray(items)) return undefined
  const byId = new Map<string, Json>()
  const all = new Set<string>()
  for (const item of items as ReadonlyArray<unknown>) {
    const key = foldId(valueAt(item, id))
    const value = valueAt(item, text)
    const folded = foldId(value)
    if (key === undefined || folded === undefined || isMissing(folded)) continue
    if (!byId.has(key)) byId.set(key, value as Json)
    all.add(folded)
  }
  return { byId, all }
}

const answerAt = (
  item: Place,
  path: FieldPath,
  texts: Texts | undefined,
  onUnknown: (path: PayloadPath) => void,
): Answer | undefined => {
  const isCollected = path.includes("*")
  const places = placesAt(item, path)
  const taken: Array<Json> = []
  const edits: Array<Edit> = []
  for (const place of places) {
    const { known, unknown } = textsOf(place.value, texts)
    if (unknown.length > 0) onUnknown(place.path)
    if (known.length === 0 && unknown.length > 0) continue
    for (const value of known) if (!isCollected || !isMissing(value)) taken.push(value)
    edits.push(editOf(place, unknown))
  }
  const [first] = places
  if (first === undefined || edits.length === 0) return undefined
  return {
    path: isCollected ? [...item.path, ...path] : first.path,
    before: places.length > 1 ? places.map(({ value }) => value) : first.value,
    value: taken.length < 2 ? (taken[0] ?? null) : taken,
    edits,
    further: () => [],
  }
}

/** The answers of a value, which may be a list; identifiers are replaced by the texts of their options. */
const textsOf = (
  value: Json,
  texts: Texts | undefined,
): { readonly known: ReadonlyArray<Json>; readonly unknown: ReadonlyArray<Json> } => {
  const answers = Array.isArray(value) ? (value as ReadonlyArray<Json>) : [value]
  if (texts === undefined) return { known: answers, unknown: [] }
  const known: Array<Json> = []
  const unknown: Array<Json> = []
  for (const answer of answers) {
    if (isMissing(answer)) continue
    const id = foldId(answer)
    // What is neither a text nor a number is no identifier; the text of an option is an answer as it is.
    const text = id === undefined ? answer : (texts.byId.get(id) ?? (texts.all.has(id) ? answer : undefined))
    if (text === undefined) unknown.push(answer)
    else known.push(text)
  }
  return { known, unknown }
}

/** An item is not removed from its list, which would shift the indices of the items after it: it becomes null. */
export const editOf = ({ path, value }: Place, unknown: ReadonlyArray<Json> = []): Edit => {
  if (unknown.length > 0) return { path, value: Array.isArray(value) ? unknown : unknown[0] }
  return { path, value: typeof path.at(-1) === "number" ? null : undefined }
}

/** The values at a path in an item that are not missing; `*` matches every item of a list. */
export const placesAt = (item: Place, path: FieldPath): ReadonlyArray<Place> => {
  const places: Array<Place> = []
  const visit = (value: Json | undefined, at: PayloadPath, depth: number): void => {
    const step = path[depth]
    if (value === undefined || isMissing(value)) return
    if (step === undefined) places.push({ path: at, value })
    else if (step === "*") {
      if (!Array.isArray(value)) return
      for (const [index, inner] of (value as ReadonlyArray<Json>).entries()) {
        visit(inner, [...at, index], depth + 1)
      }
    } else {
      const key = Array.isArray(value) ? Number(step) : step
      visit(valueAt(value, [step]) as Json | undefined, [...at, key], depth + 1)
    }
  }
  visit(item.value, item.path, 0)
  return places
}

/** Where a path has an index of a list: the values at the same place in the other items of that list. */
const placesBeside = (item: Place, path: FieldPath): ReadonlyArray<Place> => {
  if (!path.some((step) => isIndex.test(step))) return []
  const own = placesAt(item, path)[0]?.path.join("\0")
  return placesAt(
    item,
    path.map((step) => (isIndex.test(step) ? "*" : step)),
  ).filter((place) => place.path.join("\0") !== own)
}

const isIndex = /^\d+$/
