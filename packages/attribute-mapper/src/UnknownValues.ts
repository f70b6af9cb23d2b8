import { isRecord, wrongCall } from "@lead-gateway/document-check"
import { isMissing } from "@lead-gateway/lead-field"
import { type Json, stringify } from "@lead-gateway/lossless-json"
import { isSpelled, maxItems } from "./internal/attribute.ts"
import { Invalid } from "./internal/checker.ts"
import { beginningOf, spellingOf } from "./internal/format.ts"
import { itemsOf } from "./internal/reader.ts"
import { compiledMapping, type Mapping } from "./Mapping.ts"

/** An answer that is neither a value of a dropdown nor a synonym. Personal data: for operators, not for logs. */
export interface UnknownValue {
  readonly attribute: string
  /**
   * As it would be a key of `synonyms`: a number or boolean as a text. Several answers where one is expected are a list in
   * JSON, in alphabetical order, as it would be `answers` of a synonym: `["buy","rent"]`.
   */
  readonly value: string
}

/** The answers in a payload that are neither a value of their dropdown nor a synonym. Total for any payload. */
export const unknownValues = (mapping: Mapping, payload: object): ReadonlyArray<UnknownValue> => {
  const unknown: Array<UnknownValue> = []
  const { attributes } = compiledMapping("unknownValues", mapping)
  for (const { name, isClosed, reader, validate, validateList, items } of attributes) {
    if (!isClosed) continue
    const actual = reader.read(payload)
    const list = itemsOf(actual, items?.max ?? maxItems)
    if (list === "too_many_items") continue
    const answers = (list ?? [actual]).filter((answer) => !isMissing(answer)) as ReadonlyArray<Json>
    if (items === undefined && answers.length > 1) {
      if (isSpelled(answers) && isUnknown(validateList(answers))) {
        const spellings = answers.map((answer) => spellingOf(answer) ?? "")
        unknown.push({ attribute: name, value: stringify(Array.from(new Set(spellings)).sort()) })
      }
      continue
    }
    for (const answer of answers) {
      const value = isUnknown(validate(answer)) ? spellingOf(answer) : undefined
      if (value !== undefined) unknown.push({ attribute: name, value })
    }
  }
  return unknown
}

const isUnknown = (validated: Json | Invalid): boolean =>
  validated instanceof Invalid && validated.reason !== "not_formattable"

/** Bounds the memory of a tally. */
export interface UnknownTallyOptions {
  /** Number of different answers per attribute; 100 by default. */
  readonly maxValues?: number
  /** Characters of an answer; 100 by default. Longer answers are truncated, and counted together if that makes them equal. */
  readonly maxLength?: number
}

/** The unknown answers to one attribute. */
export interface UnknownReport {
  readonly attribute: string
  /** Number of unknown answers. */
  readonly total: number
  /** The most frequent answers first; `count` is a lower bound. */
  readonly values: ReadonlyArray<{ readonly value: string; readonly count: number }>
  /** The part of `total` that is in no `count`. 0 as long as `maxValues` suffices; all counts are exact then. */
  readonly others: number
}

/** Counts unknown answers over many leads, in bounded memory. Made by {@link makeUnknownTally}. */
export interface UnknownTally {
  readonly add: (payload: object) => void
  /** The attributes with unknown answers, by descending `total`. */
  readonly report: () => ReadonlyArray<UnknownReport>
}

/**
 * Makes a tally of unknown answers, which shows an operator which values and synonyms a mapping lacks.
 *
 * If there are more than `maxValues` different answers, a new one replaces the rarest (Space-Saving, Metwally et al. 2005):
 * an answer with a share of more than 1 / `maxValues` is always in the report, however many random answers there are. It
 * holds personal data: for operators, not for logs.
 */
export const makeUnknownTally = (mapping: Mapping, options?: UnknownTallyOptions): UnknownTally => {
  compiledMapping("makeUnknownTally", mapping)
  if (options !== undefined && options !== null && !isRecord(options)) {
    throw wrongCall("makeUnknownTally", "the second argument", options, "an object of options")
  }
  const maxValues = countIn(options, "maxValues")
  const maxLength = countIn(options, "maxLength")
  const tallies = new Map<string, Map<string, Counter>>()
  return {
    add: (payload) => {
      for (const { attribute, value } of unknownValues(mapping, payload)) {
        const counters = tallies.get(attribute) ?? new Map<string, Counter>()
        tallies.set(attribute, counters)
        const cut = beginningOf(value, maxLength)
        count(counters, cut === value ? value : `${cut}…`, maxValues)
      }
    },
    report: () =>
      Array.from(tallies, ([attribute, counters]) => reportOf(attribute, counters)).toSorted(
        (one, other) => other.total - one.total || compare(one.attribute, other.attribute),
      ),
  }
}

/** A limit, of which at least 1 is used; 100 by default. */
const countIn = (options: UnknownTallyOptions | undefined, key: keyof UnknownTallyOptions): number => {
  const count: unknown = options?.[key] ?? 100
  if (typeof count === "number" && !Number.isNaN(count)) return Math.max(1, count)
  throw wrongCall("makeUnknownTally", key, count, "a number")
}

/** An upper bound of the count of an answer, and how much of it may belong to replaced answers. */
interface Counter {
  most: number
  readonly error: number
}

const count = (counters: Map<string, Counter>, value: string, maxValues: number): void => {
  const counter = counters.get(value)
  if (counter !== undefined) counter.most++
  else if (counters.size < maxValues) counters.set(value, { most: 1, error: 0 })
  else {
    let rarest = ""
    let error = Number.POSITIVE_INFINITY
    for (const [other, { most }] of counters) {
      if (most < error) {
        rarest = other
        error = most
      }
    }
    counters.delete(rarest)
    counters.set(value, { most: error + 1, error })
  }
}

const reportOf = (attribute: string, counters: ReadonlyMap<string, Counter>): UnknownReport => {
  const values = Array.from(counters, ([value, { most, error }]) => ({ value, count: most - error }))
  const all = Array.from(counters.values())
  return {
    attribute,
    total: all.reduce((sum, { most }) => sum + most, 0),
    values: values.toSorted((one, other) => other.count - one.count || compare(one.value, other.value)),
    others: all.reduce((sum, { error }) => sum + error, 0),
  }
}

/** Compares by code units, independent of the locale. */
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))
