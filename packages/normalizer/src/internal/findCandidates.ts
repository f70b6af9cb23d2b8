import { valueAt } from "@lead-gateway/lead-field"
import { isJsonObject, type Json, type JsonObject, parse } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { type Answer, answerOf, isItem, type Place, type Texts, textsAt } from "./answers.ts"
import type { PayloadPath } from "./Draft.ts"
import { foldId } from "./foldKey.ts"
import { joinedOf } from "./join.ts"
import { type AnswerList, insideAt, type Source, type SourceTree } from "./SourceTree.ts"
import { cleanText } from "./text.ts"

/** A value of a source that may fill its target. */
export interface Candidate extends Answer {
  readonly source: Source
  /** The texts on the way to it that hold JSON, outermost first, each with what it holds. */
  readonly opened: ReadonlyArray<Place>
}

/** Receives what is found in a payload. */
export interface Finder {
  /** Whether values for the target are looked for. */
  readonly wants: (source: Source) => boolean
  readonly onCandidate: (candidate: Candidate) => void
  /** Called with the path of an answer that is the identifier of no option. */
  readonly onUnknown: (path: PayloadPath) => void
}

/** Finds every value in the payload at a source. */
export const findCandidates = (payload: JsonObject, sources: SourceTree, finder: Finder): void => {
  const titles = new Map<AnswerList, Texts | undefined>()
  const walk = new Walk(finder, (list) => {
    if (!titles.has(list)) {
      titles.set(list, list.questionTexts === undefined ? undefined : textsAt(payload, list.questionTexts))
    }
    return titles.get(list)
  })
  walk.into(payload, sources, [], [])
}

/** The depth to which JSON inside a text may be nested. */
const maxDepth = 64

class Walk {
  readonly #finder: Finder
  readonly #titlesOf: (list: AnswerList) => Texts | undefined

  constructor(finder: Finder, titlesOf: (list: AnswerList) => Texts | undefined) {
    this.#finder = finder
    this.#titlesOf = titlesOf
  }

  into(value: Json, tree: SourceTree, path: PayloadPath, opened: ReadonlyArray<Place>): void {
    const { joined = [], source } = tree
    const isLeaf = tree.keys.size === 0 && joined.length === 0
    // Where sources are inside a source, an object is looked into and never the value itself.
    const isWhole = isLeaf || !isJsonObject(value)
    if (source !== undefined && isWhole && this.#finder.wants(source)) {
      this.#finder.onCandidate({
        source,
        path,
        before: value,
        value,
        edits: [{ path, value: undefined }],
        further: () => [],
        opened,
      })
    }
    if (isLeaf) return
    if (Array.isArray(value)) {
      const list = value as ReadonlyArray<Json>
      if (tree.answers !== undefined) return this.#items(list.entries(), tree, tree.answers, path, opened)
      for (const [key, inner] of tree.keys) {
        const item = valueAt(list, [key]) as Json | undefined
        // An item is not removed from its list: that would shift the indices of the items after it.
        if (item !== undefined && inner.source === undefined) {
          this.into(item, inner, [...path, Number(key)], opened)
        }
      }
    } else if (isJsonObject(value)) {
      if (tree.answers !== undefined) {
        return this.#items(Object.entries(value), tree, tree.answers, path, opened)
      }
      for (const source of joined) {
        const answer = this.#finder.wants(source) ? joinedOf({ path, value }, source.join) : undefined
        if (answer !== undefined) this.#finder.onCandidate({ ...answer, source, opened })
      }
      if (tree.keys.size === 0) return
      for (const key of Object.keys(value)) {
        const inner = insideAt(tree, key)
        if (inner !== undefined) this.into(value[key] as Json, inner, [...path, key], opened)
      }
    } else if (typeof value === "string") {
      const held = jsonIn(value)
      if (held !== undefined) this.into(held, tree, path, [...opened, { path, value: held }])
    }
  }

  /** The items of a list of answers; in an object the key is a question too, and a value that is no item is its answer. */
  #items(
    items: Iterable<readonly [number | string, Json]>,
    tree: SourceTree,
    answers: AnswerList,
    path: PayloadPath,
    opened: ReadonlyArray<Place>,
  ): void {
    for (const [key, value] of items) {
      const byKey = typeof key === "string" ? insideAt(tree, key) : undefined
      const item = { path: [...path, key], value }
      if (byKey !== undefined && !(isJsonObject(value) && isItem(value, answers))) {
        this.into(value, byKey, item.path, opened)
        continue
      }
      if (!isJsonObject(value) && !Array.isArray(value)) continue
      const source = byKey?.source ?? this.#sourceOf(value, tree, answers)
      if (source === undefined || !this.#finder.wants(source)) continue
      const answer = answerOf(item, answers, source.target, this.#finder.onUnknown)
      if (answer !== undefined) this.#finder.onCandidate({ ...answer, source, opened })
    }
  }

  /** The source whose question an item has, by one of its questions as it is or by the text of that. */
  #sourceOf(item: Json, tree: SourceTree, list: AnswerList): Source | undefined {
    const questions = list.questions.map((path) => foldId(valueAt(item, path)))
    for (const question of questions) {
      const source = question === undefined ? undefined : insideAt(tree, question)?.source
      if (source !== undefined) return source
    }
    const titles = this.#titlesOf(list)
    if (titles === undefined) return undefined
    for (const question of questions) {
      const title = question === undefined ? undefined : foldId(titles.byId.get(question))
      const source = title === undefined ? undefined : insideAt(tree, title)?.source
      if (source !== undefined) return source
    }
    return undefined
  }
}

/** The object or list that a text holds as JSON. Cleaning comes first, so that normalising the text changes nothing. */
const jsonIn = (text: string): Json | undefined => {
  if (!/^[{[]/.test(text.trimStart())) return undefined
  const parsed = Result.getOrUndefined(parse(cleanText(text), { maxDepth }))
  return typeof parsed === "object" && parsed !== null ? parsed : undefined
}
