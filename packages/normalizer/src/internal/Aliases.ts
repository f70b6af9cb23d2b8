import { type FieldPath, isMissing, valueAt } from "@lead-gateway/lead-field"
import { isJsonObject, isRawNumber, type Json, type JsonObject } from "@lead-gateway/lossless-json"
import { Draft, type PayloadPath, valueOrBlocked } from "./Draft.ts"
import { type Field, type FieldTree, isTree, Unreadable } from "./FieldTree.ts"
import { cleanFold, cleanFreeText } from "./text.ts"

/** The compiled aliases of a profile. No two paths in it overlap, so the order does not matter. */
export interface Aliases {
  readonly targets: ReadonlyArray<Target>
  readonly sources: SourceTree
}

/** A field that aliases fill when it is missing. */
export interface Target {
  readonly path: FieldPath
  readonly declared: Field | FieldTree | undefined
}

/** Sources by their folded keys, see {@link foldPath}. */
export interface SourceTree {
  readonly keys: Map<string, SourceTree>
  /** The source whose path ends here; no other source is inside it. */
  source?: Source
  /** If the value here is a list of answers: where each item has its question and answer. `keys` are questions then. */
  answers?: { readonly question: FieldPath; readonly answer: FieldPath }
}

/** A field of a source, or a question. The source with the lowest rank is preferred. */
export interface Source {
  readonly path: FieldPath
  readonly target: Target
  readonly rank: number
}

/** A value of a source that may fill its target. */
interface Candidate {
  readonly source: Source
  readonly path: PayloadPath
  readonly value: Json
}

/**
 * Moves to each missing target the value of its preferred source that is not missing. A value counts as missing if it
 * will be missing once it is normalised, such as a phone without a digit.
 */
export const moveAliases = (
  { targets, sources }: Aliases,
  payload: JsonObject,
  onMove: (target: Target, from: PayloadPath, value: Json) => void,
): JsonObject => {
  const candidates = new Map<Target, Candidate | undefined>()
  for (const target of targets) {
    const current = valueOrBlocked(payload, target.path)
    if (current !== "blocked" && isMissingIn(target, current.value)) candidates.set(target, undefined)
  }
  if (candidates.size === 0) return payload
  findCandidates(payload, sources, [], (candidate) => {
    const { target } = candidate.source
    if (!candidates.has(target) || isMissingIn(target, candidate.value)) return
    const best = candidates.get(target)
    if (best === undefined || isPreferred(candidate, best)) candidates.set(target, candidate)
  })
  const draft = new Draft(payload)
  for (const [target, best] of candidates) {
    if (best === undefined) continue
    draft.remove(best.path)
    draft.set(target.path, best.value)
    onMove(target, best.path, best.value)
  }
  return draft.payload
}

const isMissingIn = ({ declared }: Target, value: Json | undefined): boolean => {
  if (value === undefined || isMissing(value)) return true
  if (declared === undefined || isTree(declared)) return false
  if (declared.kind === "phone") {
    if (typeof value === "object" && !isRawNumber(value)) return true
    // A text with a digit is never missing as a phone, so there is no need to parse it.
    if (typeof value === "string" && /\d/.test(value)) return false
    return declared.convert(value) === null
  }
  // A text of invisible characters alone becomes blank; one that begins with printable ASCII does not.
  return typeof value === "string" && !/^[!-~]/.test(value) && isMissingText(declared.convert(value))
}

const isMissingText = (converted: ReturnType<Field["convert"]>): boolean =>
  !(converted instanceof Unreadable) && isMissing(converted)

/** Calls `onCandidate` with every value in the payload at a source, and its path. */
const findCandidates = (
  value: Json,
  tree: SourceTree,
  path: PayloadPath,
  onCandidate: (candidate: Candidate) => void,
): void => {
  if (tree.source !== undefined) return onCandidate({ source: tree.source, path, value })
  if (Array.isArray(value)) {
    const list = value as ReadonlyArray<Json>
    if (tree.answers !== undefined) return findAnswers(list, tree, path, onCandidate)
    for (const [key, inner] of tree.keys) {
      const item = valueAt(list, [key]) as Json | undefined
      // An item is not removed from its list: that would shift the indices of the items after it.
      if (item !== undefined && inner.source === undefined) {
        findCandidates(item, inner, [...path, Number(key)], onCandidate)
      }
    }
  } else if (isJsonObject(value)) {
    for (const key of Object.keys(value)) {
      const inner = tree.keys.get(foldKey(key))
      if (inner !== undefined) findCandidates(value[key] as Json, inner, [...path, key], onCandidate)
    }
  }
}

const findAnswers = (
  list: ReadonlyArray<Json>,
  { keys, answers }: SourceTree,
  path: PayloadPath,
  onCandidate: (candidate: Candidate) => void,
): void => {
  if (answers === undefined) return
  for (const [index, item] of list.entries()) {
    const question = valueAt(item, answers.question)
    const source = typeof question === "string" ? keys.get(foldKey(question))?.source : undefined
    const answer = valueAt(item, answers.answer) as Json | undefined
    const around = valueAt(item, answers.answer.slice(0, -1))
    if (source === undefined || answer === undefined || !isJsonObject(around)) continue
    const value = Array.isArray(answer) && answer.length < 2 ? ((answer[0] ?? null) as Json) : answer
    onCandidate({ source, path: [...path, index, ...answers.answer], value })
  }
}

/**
 * Whether candidate `a` is preferred to `b`: by the rank of the source; for the same source, the key that is spelled as
 * in the profile, else the smallest index or key.
 */
const isPreferred = (a: Candidate, b: Candidate): boolean => {
  if (a.source !== b.source) return a.source.rank < b.source.rank
  for (const [index, step] of a.path.entries()) {
    const other = b.path[index]
    if (other === undefined || step === other) continue
    const spelled = a.source.path[index]
    if (step === spelled || other === spelled) return step === spelled
    return step < other
  }
  return false
}

/**
 * The form in which keys and questions of a source are compared: clean, in lower case, without the `?`, `:` or `*` that
 * web forms append to a question. Cleaning comes first, so that normalising a question does not change its result.
 */
const foldKey = (key: string): string => {
  const clean = cleanFold(cleanFreeText(key))
  let end = clean.length
  while (end > 0 && isTail(clean.charCodeAt(end - 1))) end--
  return end === 0 ? clean : clean.slice(0, end)
}

/** {@link foldKey} of every segment of a path. */
export const foldPath = (path: FieldPath): FieldPath => path.map(foldKey)

/** A space, `?`, `:` or `*`. */
const isTail = (code: number): boolean => code === 0x20 || code === 0x3f || code === 0x3a || code === 0x2a
