import { isMissing } from "@lead-gateway/lead-field"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { Invalid } from "./internal/attribute.ts"
import { beginningOf, spellingOf } from "./internal/format.ts"
import { compiledMapping, type Mapping } from "./Mapping.ts"

/** An answer that is neither a value of a dropdown nor a synonym. Personal data: for operators, not for logs. */
export interface UnknownValue {
  readonly attribute: string
  /** As it would be a key of `synonyms`: a number or boolean as a text. */
  readonly value: string
}

/** The answers in a payload that are neither a value of their dropdown nor a synonym. */
export const unknownValues = (mapping: Mapping, payload: JsonObject): ReadonlyArray<UnknownValue> => {
  const unknown: Array<UnknownValue> = []
  for (const { name, isClosed, read, validate, items } of compiledMapping(mapping).attributes) {
    if (!isClosed) continue
    const actual = read(payload)
    const isList = items !== undefined && Array.isArray(actual)
    const answers = (isList ? actual : [actual]) as ReadonlyArray<Json>
    if (items !== undefined && answers.length > items.max) continue
    for (const answer of answers) {
      if (isMissing(answer)) continue
      const validated = validate(answer)
      const isKnown = !(validated instanceof Invalid) || validated.reason === "not_formattable"
      const value = isKnown ? undefined : spellingOf(answer)
      if (value !== undefined) unknown.push({ attribute: name, value })
    }
  }
  return unknown
}

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
  readonly add: (payload: JsonObject) => void
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
export const makeUnknownTally = (
  mapping: Mapping,
  { maxValues = 100, maxLength = 100 }: UnknownTallyOptions = {},
): UnknownTally => {
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

/** An upper bound of the count of an answer, and how much of it may belong to replaced answers. */
interface Counter {
  most: number
  readonly error: number
}

const count = (counters: Map<string, Counter>, value: string, maxValues: number): void => {
  const counter = counters.get(value)
  if (counter !== undefined) counter.most++
  else if (counters.size < Math.max(1, maxValues)) counters.set(value, { most: 1, error: 0 })
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
