/** What to add to a mapping for answers that it does not know: guesses by likeness, and the mapping with what was chosen. */
import type { Json, JsonObject } from "@lead-gateway/client"

/** What an answer is taken to mean: a value that the customer knows, or a new one. */
export interface Meaning {
  readonly attribute: string
  readonly answer: string
  /** Undefined: the answer itself is to be a value, since the customer accepts it. */
  readonly value: Json | undefined
}

/** The values of a dropdown; undefined where the mapping has no such dropdown with values. */
export const valuesOf = (mapping: Json, attribute: string): ReadonlyArray<Json> | undefined => {
  const values = definitionOf(mapping, attribute)?.values
  return Array.isArray(values) && values.length > 0 ? (values as ReadonlyArray<Json>) : undefined
}

const isObject = (value: Json | undefined): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value)

const definitionOf = (mapping: Json, attribute: string): JsonObject | undefined => {
  const definition = isObject(mapping) && Object.hasOwn(mapping, attribute) ? mapping[attribute] : undefined
  return isObject(definition) ? definition : undefined
}

/** As much alike as this, and a person may be asked whether the one means the other. */
const alikeEnough = 0.5

/**
 * The value that an answer is most like, by the pairs of letters that both have (Dice's coefficient); undefined if it is like
 * none. `kaufen ` is like `Kaufen`, `Einspeisung` like `Netzeinspeisung`.
 */
export const guessOf = (answer: string, values: ReadonlyArray<Json>): Json | undefined => {
  const [best] = values
    .map((value) => ({ value, likeness: likenessOf(answer, printed(value)) }))
    .toSorted((one, other) => other.likeness - one.likeness)
  return best !== undefined && best.likeness >= alikeEnough ? best.value : undefined
}

/** A value as text, as answers are. */
export const printed = (value: Json): string => (typeof value === "string" ? value : JSON.stringify(value))

/** From 0, nothing in common, to 1, the same but for spelling. */
const likenessOf = (one: string, other: string): number => {
  const [left, right] = [plain(one), plain(other)]
  if (left === "" || right === "") return 0
  if (left === right) return 1
  const [pairs, others] = [pairsOf(left), pairsOf(right)]
  const rest = [...others]
  const common = pairs.filter((pair) => {
    const at = rest.indexOf(pair)
    if (at >= 0) rest.splice(at, 1)
    return at >= 0
  }).length
  const dice = (2 * common) / (pairs.length + others.length)
  const [short, long] = left.length < right.length ? [left, right] : [right, left]
  // A word that is the beginning or a part of the other one.
  return short.length >= 4 && long.includes(short) ? Math.max(dice, 0.75) : dice
}

/** Small letters and digits alone, without accents. */
const plain = (text: string): string =>
  text
    .normalize("NFKD")
    .toLowerCase()
    .replaceAll("ß", "ss")
    .replaceAll(/[^\p{L}\p{N}]/gu, "")

const pairsOf = (text: string): ReadonlyArray<string> =>
  text.length === 1 ? [text] : Array.from({ length: text.length - 1 }, (_, at) => text.slice(at, at + 2))

/** The definitions that change, as the mapping's file is to have them. Answers to attributes that it lacks are left out. */
export const definitionsWith = (mapping: Json, meanings: ReadonlyArray<Meaning>): JsonObject => {
  const changed = new Map<string, JsonObject>()
  for (const { answer, attribute, value } of meanings) {
    const definition = changed.get(attribute) ?? definitionOf(mapping, attribute)
    if (definition === undefined) continue
    changed.set(
      attribute,
      value === undefined ? withValue(definition, answer) : withSynonym(definition, answer, value),
    )
  }
  return Object.fromEntries(changed)
}

const withValue = (definition: JsonObject, answer: string): JsonObject => ({
  ...definition,
  values: [...(Array.isArray(definition.values) ? (definition.values as ReadonlyArray<Json>) : []), answer],
})

const withSynonym = (definition: JsonObject, answer: string, value: Json): JsonObject => {
  const { synonyms } = definition
  return {
    ...definition,
    synonyms: Array.isArray(synonyms)
      ? [...(synonyms as ReadonlyArray<Json>), { answers: [answer], value }]
      : { ...(isObject(synonyms) ? synonyms : {}), [answer]: value },
  }
}

/** The whole mapping with these definitions in it. */
export const mappingWith = (mapping: Json, definitions: JsonObject): Json =>
  isObject(mapping) ? { ...mapping, ...definitions } : definitions
