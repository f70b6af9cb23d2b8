import { isBlank, isMissing, numberOf, parsePath, valueAt } from "@lead-gateway/lead-field"
import { isRawNumber, type Json, type JsonObject, type RawNumber } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import { compileFormat, spellingOf } from "./format.ts"
import { Refusal, refusals } from "./refusal.ts"

/** A definition made ready. */
export interface Attribute {
  readonly name: string
  /** Whether it is a dropdown whose answers are known beforehand. */
  readonly isClosed: boolean
  readonly required: boolean
  /** The value in a payload; undefined, null or blank when there is none. */
  readonly read: (payload: JsonObject) => unknown
  /** What is sent for one value, or why nothing is. */
  readonly accept: (value: Json) => Json | Refusal
  /** Of an attribute that takes a list: how many items. */
  readonly items: { readonly min: number; readonly max: number } | undefined
  /** What is sent when there is no value. */
  readonly default: Json | undefined
}

/** Makes a definition ready that has been checked. */
export const compileAttribute = (name: string, definition: AttributeDefinition): Attribute => {
  const accept = accepting(definition)
  const standIn = definition.default
  return {
    name,
    isClosed: definition.attribute_type === "dropdown" && (definition.values ?? []).length > 0,
    required: definition.required ?? false,
    read: definition.field === undefined ? ownReader(name) : reader(definition.field),
    accept,
    items:
      definition.multiple === true
        ? { min: definition.min_items ?? 1, max: definition.max_items ?? 100 }
        : undefined,
    default:
      standIn === undefined
        ? undefined
        : definition.multiple === true
          ? [standIn].flat().map((value) => sendable(accept(value)))
          : sendable(accept(standIn)),
  }
}

/** A default is checked before it is used: a refused one is a mistake in the document. */
const sendable = (value: Json | Refusal): Json => (value instanceof Refusal ? null : value)

/** Reads a key of the payload itself. */
const ownReader = (name: string): Attribute["read"] => {
  const path = [name]
  // Most attributes are absent from most leads, and a look at one is cheaper than a question whose it is.
  return (payload: JsonObject | null | undefined) =>
    payload?.[name] === undefined ? undefined : valueAt(payload, path)
}

/** Reads the first path that leads to a value; where none does, the last that leads to null or white space. */
export const reader = (field: string | ReadonlyArray<string>): ((payload: unknown) => unknown) => {
  const [first = [], ...others] = [field].flat().map((text) => parsePath(text) ?? [])
  if (others.length === 0) return (payload) => valueAt(payload, first)
  return (payload) => {
    let found = valueAt(payload, first)
    for (const path of others) {
      if (!isMissing(found)) return found
      found = valueAt(payload, path) ?? found
    }
    return found
  }
}

/** Looks a value up, checks it and writes it. */
export const accepting = (definition: AttributeDefinition): Attribute["accept"] => {
  const translate = translator(definition)
  const faultOf = fault(definition)
  const write = compileFormat(definition.format)
  return (value) => {
    const answer = translate === undefined ? value : translate(value)
    const refusal = faultOf(answer)
    if (refusal !== undefined) return refusal
    return write === undefined ? answer : (write(answer) ?? refusals.not_formattable)
  }
}

/** Finds the allowed value that another answer stands for; what stands for none stays as it is. */
const translator = ({
  values,
  synonyms = {},
  ignore_case = false,
}: AttributeDefinition): ((value: Json) => Json) | undefined => {
  const pairs: ReadonlyArray<readonly [string, Json]> = ignore_case
    ? [
        ...Object.entries(synonyms),
        ...(values ?? []).flatMap((value) => (typeof value === "string" ? [[value, value] as const] : [])),
      ]
    : Object.entries(synonyms)
  if (pairs.length === 0) return undefined
  const keyOf = (spelling: string): string => (ignore_case ? spelling.toLowerCase() : spelling)
  const exact = new Set<Json>(values ?? [])
  const known = new Map([
    ...pairs.map(([spelling, value]) => [keyOf(tidy(spelling)), value] as const),
    ...pairs.map(([spelling, value]) => [keyOf(spelling), value] as const),
  ])
  return (value) => {
    if (exact.has(value)) return value
    const spelling = spellingOf(value)
    return spelling === undefined ? value : (known.get(keyOf(spelling)) ?? value)
  }
}

/**
 * What normalising makes of a text: a value that was copied from a page or a PDF may have a no-break space or an
 * ü in two parts, which no eye sees, and would be met by no normalised answer.
 */
const tidy = (text: string): string =>
  text
    .normalize("NFC")
    .replace(/[\s\u0085]+/g, " ")
    .trim()

/** Why a value is not valid for its attribute, or `undefined` when it is. */
const fault = ({
  attribute_type,
  is_numeric,
  values,
  min,
  max,
}: AttributeDefinition): ((value: Json) => Refusal | undefined) => {
  const allowed =
    values === null || values.length === 0
      ? undefined
      : new Set<Json>([
          ...values,
          ...values.map((value) => (typeof value === "string" ? tidy(value) : value)),
        ])
  const least = min ?? Number.NEGATIVE_INFINITY
  const most = max ?? Number.POSITIVE_INFINITY
  return (value) => {
    if (!isValue(value)) return refusals.wrong_type
    if (typeof value === "string" && isBlank(value)) return refusals.blank
    switch (attribute_type) {
      case "text":
        return is_numeric && !Number.isFinite(numberOf(value)) ? refusals.not_a_number : undefined
      case "dropdown":
        if (allowed !== undefined) return allowed.has(value) ? undefined : refusals.not_an_allowed_value
        return typeof value === "string" ? undefined : refusals.wrong_type
      case "range": {
        const number = numberOf(value)
        if (!Number.isFinite(number)) return refusals.not_a_number
        return number < least || number > most ? refusals.out_of_range : undefined
      }
    }
  }
}

const isValue = (value: Json): value is string | number | RawNumber =>
  typeof value === "string" || typeof value === "number" || isRawNumber(value)
