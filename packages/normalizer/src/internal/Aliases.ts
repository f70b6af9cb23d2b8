import { type FieldPath, isMissing, valueAt } from "@lead-gateway/lead-field"
import { isJsonObject, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { type Field, type FieldTree, isTree } from "./FieldTree.ts"
import { foldKey } from "./foldKey.ts"
import { NotRead } from "./Form.ts"
import { Draft, type Place, placeIn } from "./place.ts"

/** Where our fields come from when they are missing. No two paths in it overlap, so no order matters. */
export interface Aliases {
  readonly targets: ReadonlyArray<Target>
  readonly sources: SourceTree
}

/** A field of ours. */
export interface Target {
  readonly path: FieldPath
  readonly declared: Field | FieldTree | undefined
}

/** Sources by their folded keys. */
export interface SourceTree {
  readonly keys: Map<string, SourceTree>
  /** A source that ends here; nothing is inside it. */
  source?: Source
  /** In a list that is here, keys are questions. */
  answers?: { readonly question: FieldPath; readonly answer: FieldPath }
}

/** A source's field; the lower its rank among the sources of a target, the better. */
export interface Source {
  readonly path: FieldPath
  readonly target: Target
  readonly rank: number
}

/** A value that was taken for a target. */
interface Found {
  readonly source: Source
  readonly place: Place
  readonly value: Json
}

/**
 * Moves to each target that is missing the value of its best source that is not. What `missing` means is seen
 * through the target's form: a phone without a digit is missing now, because it will be once it is normalised.
 */
export const moveAliases = (
  { targets, sources }: Aliases,
  payload: JsonObject,
  tell: (target: Target, from: Place, value: Json) => void,
): JsonObject => {
  const found = new Map<Target, Found | undefined>()
  for (const target of targets) {
    const place = placeIn(payload, target.path)
    if (place !== "blocked" && isMissingIn(target, place.value)) found.set(target, undefined)
  }
  if (found.size === 0) return payload
  findIn(payload, sources, [], (candidate) => {
    const { target } = candidate.source
    if (!found.has(target) || isMissingIn(target, candidate.value)) return
    const best = found.get(target)
    if (best === undefined || isBetter(candidate, best)) found.set(target, candidate)
  })
  const draft = new Draft(payload)
  for (const [target, best] of found) {
    if (best === undefined) continue
    draft.takeAway(best.place)
    draft.put(target.path, best.value)
    tell(target, best.place, best.value)
  }
  return draft.payload
}

const isMissingIn = ({ declared }: Target, value: Json | undefined): boolean => {
  if (value === undefined || isMissing(value)) return true
  if (declared === undefined || isTree(declared)) return false
  if (declared.kind === "phone") {
    if (typeof value === "object" && !isRawNumber(value)) return true
    // Whatever has a digit is a phone number of some kind, so there is no need to parse it.
    if (typeof value === "string" && /\d/.test(value)) return false
    return declared.form(value) === null
  }
  // What is left of a text is nothing when it was invisible, and nothing of ASCII that prints is.
  return typeof value === "string" && !/^[!-~]/.test(value) && isMissingText(declared.form(value))
}

const isMissingText = (formed: ReturnType<Field["form"]>): boolean =>
  !(formed instanceof NotRead) && isMissing(formed)

/** Tells of every value that a source leads to, and of where it can be taken from. */
const findIn = (
  value: Json,
  tree: SourceTree,
  place: ReadonlyArray<string | number>,
  take: (found: Found) => void,
): void => {
  if (tree.source !== undefined) return take({ source: tree.source, place, value })
  if (Array.isArray(value)) {
    const list = value as ReadonlyArray<Json>
    if (tree.answers !== undefined) return findAnswers(list, tree, place, take)
    for (const [key, inner] of tree.keys) {
      const item = valueAt(list, [key]) as Json | undefined
      // An item is not taken out of its list: those behind it would move up, and other paths mean others.
      if (item !== undefined && inner.source === undefined) findIn(item, inner, [...place, Number(key)], take)
    }
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const inner = tree.keys.get(foldKey(key))
      if (inner !== undefined) findIn(value[key] as Json, inner, [...place, key], take)
    }
  }
}

const findAnswers = (
  list: ReadonlyArray<Json>,
  { keys, answers }: SourceTree,
  place: Place,
  take: (found: Found) => void,
): void => {
  if (answers === undefined) return
  for (const [index, item] of list.entries()) {
    const question = valueAt(item, answers.question)
    const source = typeof question === "string" ? keys.get(foldKey(question))?.source : undefined
    const answer = valueAt(item, answers.answer) as Json | undefined
    const around = valueAt(item, answers.answer.slice(0, -1))
    if (source === undefined || answer === undefined || !isJsonObject(around)) continue
    const value = Array.isArray(answer) && answer.length < 2 ? ((answer[0] ?? null) as Json) : answer
    take({ source, place: [...place, index, ...answers.answer], value })
  }
}

/**
 * The better source; of one source the key that is spelled as in the profile, or the first: in a list by its index,
 * in an object, whose keys have no order, by its text.
 */
const isBetter = (a: Found, b: Found): boolean => {
  if (a.source !== b.source) return a.source.rank < b.source.rank
  for (const [index, step] of a.place.entries()) {
    const other = b.place[index]
    if (other === undefined || step === other) continue
    const spelled = a.source.path[index]
    if (step === spelled || other === spelled) return step === spelled
    return step < other
  }
  return false
}
