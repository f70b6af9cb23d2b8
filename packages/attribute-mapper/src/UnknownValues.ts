import { isMissing } from "@lead-gateway/lead-field"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { beginningOf, spellingOf } from "./internal/format.ts"
import { Refusal } from "./internal/refusal.ts"
import { type Mapping, opened } from "./Mapping.ts"

/** An answer that a dropdown does not know. It holds what somebody wrote: for operators, not for logs. */
export interface UnknownValue {
  readonly attribute: string
  /** As it is spelled in `synonyms`: a number or boolean as a text. */
  readonly value: string
}

/** The answers in a payload that its dropdowns do not know: neither one of their values nor a synonym. */
export const unknownValues = (mapping: Mapping, payload: JsonObject): ReadonlyArray<UnknownValue> => {
  const unknown: Array<UnknownValue> = []
  for (const { name, isClosed, read, accept, items } of opened(mapping).attributes) {
    if (!isClosed) continue
    const found = read(payload)
    const isList = items !== undefined && Array.isArray(found)
    const answers = (isList ? found : [found]) as ReadonlyArray<Json>
    if (items !== undefined && answers.length > items.max) continue
    for (const answer of answers) {
      if (isMissing(answer)) continue
      const accepted = accept(answer)
      const isKnown = !(accepted instanceof Refusal) || accepted.reason === "not_formattable"
      const value = isKnown ? undefined : spellingOf(answer)
      if (value !== undefined) unknown.push({ attribute: name, value })
    }
  }
  return unknown
}

/** How much a tally remembers, whatever it is given. */
export interface UnknownTallyOptions {
  /** Different answers per attribute; 100 by default. */
  readonly maxValues?: number
  /** Characters of an answer; 100 by default. Longer ones are cut, and counted by their beginning. */
  readonly maxLength?: number
}

/** What a dropdown does not know. */
export interface UnknownReport {
  readonly attribute: string
  /** How often an answer was not known. */
  readonly total: number
  /** The most frequent first; of each how often it came, at least. */
  readonly values: ReadonlyArray<{ readonly value: string; readonly count: number }>
  /** How many of `total` are not in the counts; 0 as long as `maxValues` was enough, and all counts are exact. */
  readonly others: number
}

/** Counts unknown answers over many leads, in bounded memory. */
export interface UnknownTally {
  readonly add: (payload: JsonObject) => void
  /** The attributes with an unknown answer, those with the most first. */
  readonly report: () => ReadonlyArray<UnknownReport>
}

/**
 * Makes a tally, so that an operator can see which answers a mapping does not know yet.
 *
 * Where there are more different answers than it remembers, a new one takes the place of the rarest (Space-Saving,
 * Metwally et al. 2005): an answer that makes up more than one in `maxValues` is always in the report, however many
 * random ones somebody sends. It holds what people wrote: for operators, not for logs.
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

/** How often an answer came at most, and how much of that may have been others. */
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

/** By code units: the same order on every machine. */
const compare = (one: string, other: string): number => (one < other ? -1 : Number(one > other))
