import { isBlank, isMissing, numberOf, parsePath, valueAt } from "@lead-gateway/lead-field"
import { isRawNumber, type Json, type JsonObject, type RawNumber } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import type { OmittedAttributeReason } from "../MapReport.ts"
import { compileFormat, spellingOf } from "./format.ts"

/** The result of validating an invalid value. A class, to be distinct from every value that may be sent. */
export class Invalid {
  readonly reason: OmittedAttributeReason

  constructor(reason: OmittedAttributeReason) {
    this.reason = reason
  }
}

/** One instance for each reason, so that an invalid value allocates no memory. */
export const invalid = {
  wrong_type: new Invalid("wrong_type"),
  blank: new Invalid("blank"),
  not_a_number: new Invalid("not_a_number"),
  not_an_allowed_value: new Invalid("not_an_allowed_value"),
  out_of_range: new Invalid("out_of_range"),
  not_formattable: new Invalid("not_formattable"),
  too_few_items: new Invalid("too_few_items"),
  too_many_items: new Invalid("too_many_items"),
} as const satisfies Record<OmittedAttributeReason, Invalid>

/** A compiled attribute definition. */
export interface Attribute {
  readonly name: string
  /** Whether it is a dropdown with a list of values. */
  readonly isClosed: boolean
  readonly required: boolean
  /** Reads the value from a payload; undefined, null or blank if there is none. */
  readonly read: (payload: JsonObject) => unknown
  /** Replaces synonyms, validates and formats one value: what is sent, or why it is invalid. */
  readonly validate: (value: Json) => Json | Invalid
  /** The number of items, of an attribute that is a list. */
  readonly items: { readonly min: number; readonly max: number } | undefined
  /** What is sent if there is no value. */
  readonly default: Json | undefined
}

/** Compiles a definition that has been checked. */
export const compileAttribute = (name: string, definition: AttributeDefinition): Attribute => {
  const validate = validator(definition)
  const byDefault = definition.default
  return {
    name,
    isClosed: definition.attribute_type === "dropdown" && (definition.values ?? []).length > 0,
    required: definition.required ?? false,
    read: definition.field === undefined ? topLevelReader(name) : reader(definition.field),
    validate,
    items:
      definition.multiple === true
        ? { min: definition.min_items ?? 1, max: definition.max_items ?? 100 }
        : undefined,
    default:
      byDefault === undefined
        ? undefined
        : definition.multiple === true
          ? [byDefault].flat().map((value) => valid(validate(value)))
          : valid(validate(byDefault)),
  }
}

/** The value of a default, which has been checked to be valid. */
const valid = (value: Json | Invalid): Json => (value instanceof Invalid ? null : value)

/** Reads a top-level key of the payload. */
const topLevelReader = (name: string): Attribute["read"] => {
  const path = [name]
  // Most attributes are absent from most leads, and reading a property is cheaper than checking that it is an own one.
  return (payload: JsonObject | null | undefined) =>
    payload?.[name] === undefined ? undefined : valueAt(payload, path)
}

/** Reads the value at the first path that has one; if none has, the null or blank value at the last path that has it. */
export const reader = (field: string | ReadonlyArray<string>): ((payload: unknown) => unknown) => {
  const [first = [], ...others] = [field].flat().map((text) => parsePath(text) ?? [])
  if (others.length === 0) return (payload) => valueAt(payload, first)
  return (payload) => {
    let value = valueAt(payload, first)
    for (const path of others) {
      if (!isMissing(value)) return value
      value = valueAt(payload, path) ?? value
    }
    return value
  }
}

/** Makes the function that replaces synonyms, validates a value and formats it. */
export const validator = (definition: AttributeDefinition): Attribute["validate"] => {
  const replaceSynonym = synonymReplacer(definition)
  const check = checker(definition)
  const write = compileFormat(definition.format)
  return (value) => {
    const answer = replaceSynonym === undefined ? value : replaceSynonym(value)
    const problem = check(answer)
    if (problem !== undefined) return problem
    return write === undefined ? answer : (write(answer) ?? invalid.not_formattable)
  }
}

/** Makes the function that replaces a synonym by its value; other values stay as they are. */
const synonymReplacer = ({
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
    ...pairs.map(([spelling, value]) => [keyOf(normalised(spelling)), value] as const),
    ...pairs.map(([spelling, value]) => [keyOf(spelling), value] as const),
  ])
  return (value) => {
    if (exact.has(value)) return value
    const spelling = spellingOf(value)
    return spelling === undefined ? value : (known.get(keyOf(spelling)) ?? value)
  }
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

/** Makes the function that says why a value is invalid for its attribute; `undefined` if it is valid. */
const checker = ({
  attribute_type,
  is_numeric,
  values,
  min,
  max,
}: AttributeDefinition): ((value: Json) => Invalid | undefined) => {
  const permitted =
    values === null || values.length === 0
      ? undefined
      : new Set<Json>([
          ...values,
          ...values.map((value) => (typeof value === "string" ? normalised(value) : value)),
        ])
  const minimum = min ?? Number.NEGATIVE_INFINITY
  const maximum = max ?? Number.POSITIVE_INFINITY
  return (value) => {
    if (!isValue(value)) return invalid.wrong_type
    if (typeof value === "string" && isBlank(value)) return invalid.blank
    switch (attribute_type) {
      case "text":
        return is_numeric && !Number.isFinite(numberOf(value)) ? invalid.not_a_number : undefined
      case "dropdown":
        if (permitted !== undefined) return permitted.has(value) ? undefined : invalid.not_an_allowed_value
        return typeof value === "string" ? undefined : invalid.wrong_type
      case "range": {
        const number = numberOf(value)
        if (!Number.isFinite(number)) return invalid.not_a_number
        return number < minimum || number > maximum ? invalid.out_of_range : undefined
      }
    }
  }
}

const isValue = (value: Json): value is string | number | RawNumber =>
  typeof value === "string" || typeof value === "number" || isRawNumber(value)
