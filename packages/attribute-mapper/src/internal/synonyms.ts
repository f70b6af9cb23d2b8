import { isRawNumber, type Json } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import { numberKey } from "./decimal.ts"
import { spellingOf } from "./format.ts"

/** One entry of `synonyms`: the answers that are given together, and the value that they mean. */
export interface Synonym {
  /** Where the entry is in `synonyms`. */
  readonly key: string | number
  readonly answers: ReadonlyArray<string>
  readonly value: Json
}

/** The entries of `synonyms`, of either form; an answer that is a number, true or false by its spelling. */
export const synonymsOf = ({ synonyms = {} }: AttributeDefinition): ReadonlyArray<Synonym> =>
  isList(synonyms)
    ? synonyms.map(({ answers, value }, key) => ({
        key,
        answers: answers.map((answer) => spellingOf(answer) ?? ""),
        value,
      }))
    : Object.entries(synonyms).map(([answer, value]) => ({ key: answer, answers: [answer], value }))

type Synonyms = NonNullable<AttributeDefinition["synonyms"]>

const isList = (synonyms: Synonyms): synonyms is Extract<Synonyms, ReadonlyArray<unknown>> =>
  Array.isArray(synonyms)

/** How a dropdown understands answers. */
export interface Dropdown {
  /** Whether a value is one of `values`. Numbers are compared digit by digit, texts also as the normaliser writes them. */
  readonly isValue: (value: Json) => boolean
  /** The value that an answer means, or else the answer itself. */
  readonly replaced: (answer: Json) => Json
  /** The same key for the same set of answers: neither order, repetition nor spelling matters. */
  readonly keyOf: (answers: ReadonlyArray<Json>) => string
  /** The value that several answers mean together, if they mean one. */
  readonly together: (answers: ReadonlyArray<Json>) => Json | undefined
}

/** Compiles values and synonyms. */
export const compileDropdown = (definition: AttributeDefinition): Dropdown => {
  const { values, ignore_case = false } = definition
  const list = values ?? []
  const synonyms = synonymsOf(definition)
  const indexOf = indexOfValues(list)
  const singles = synonyms.flatMap(({ answers: [answer = "", another], value }) =>
    another === undefined ? [[answer, value] as const] : [],
  )
  const pairs: ReadonlyArray<readonly [string, Json]> = ignore_case
    ? [...singles, ...list.flatMap((value) => (typeof value === "string" ? [[value, value] as const] : []))]
    : singles
  const folded = (spelling: string): string => (ignore_case ? spelling.toLowerCase() : spelling)
  const known = new Map([
    ...pairs.map(([spelling, value]) => [folded(normalised(spelling)), value] as const),
    ...pairs.map(([spelling, value]) => [folded(spelling), value] as const),
  ])
  const exact = new Set<Json>(list)
  const replaced: Dropdown["replaced"] = (answer) => {
    if (known.size === 0 || exact.has(answer)) return answer
    const spelling = spellingOf(answer)
    return spelling === undefined ? answer : (known.get(folded(spelling)) ?? answer)
  }
  const keyOfOne = (answer: Json): string => {
    const value = replaced(answer)
    const index = indexOf(value)
    return index === undefined ? `:${folded(normalised(spellingOf(value) ?? ""))}` : String(index)
  }
  const keysOf = (answers: ReadonlyArray<Json>): ReadonlyArray<string> =>
    Array.from(new Set(answers.map(keyOfOne))).sort()
  const keyOf: Dropdown["keyOf"] = (answers) => JSON.stringify(keysOf(answers))
  const sets = new Map(
    synonyms.flatMap(({ answers, value }) => (answers.length > 1 ? [[keyOf(answers), value] as const] : [])),
  )
  const together: Dropdown["together"] = (answers) => {
    const [first = null] = answers
    return keysOf(answers).length === 1 ? replaced(first) : sets.get(keyOf(answers))
  }
  return { isValue: (value) => indexOf(value) !== undefined, replaced, keyOf, together }
}

/** The index of a value in `values`; of equal ones the first. `undefined` for what is not a value. */
const indexOfValues = (values: ReadonlyArray<Json>): ((value: Json) => number | undefined) => {
  const indices = new Map<Json, number>()
  const numbers = new Map<string, number>()
  // Backwards, so that of equal values the first remains, and what is spelled alike before what is alike when normalised.
  for (const [index, value] of [...values.entries()].toReversed()) {
    if (typeof value === "string") indices.set(normalised(value), index)
  }
  for (const [index, value] of [...values.entries()].toReversed()) {
    if (typeof value === "number" || isRawNumber(value)) numbers.set(numberKey(value), index)
    indices.set(value, index)
  }
  return (value) =>
    typeof value === "object" && isRawNumber(value) ? numbers.get(numberKey(value)) : indices.get(value)
}

/**
 * A text of the mapping as the normaliser would write it. A value copied from a web page or a PDF may have a no-break space
 * or a decomposed ü, which is invisible in an editor and would never equal a normalised answer.
 */
const normalised = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\s\u0085]+/g, " ")
    .trim()
