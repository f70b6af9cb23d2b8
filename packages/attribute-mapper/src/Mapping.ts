import { makeReport, type Report, reportOtherKeys } from "@lead-gateway/document-check"
import { get, isJsonObject, type JsonObject } from "@lead-gateway/lossless-json"
import { Result } from "effect"
import { isBlank } from "./internal/value.ts"
import { MappingInvalid } from "./MappingInvalid.ts"

const types = ["text", "dropdown", "range"] as const

/** What kind of value an attribute takes. */
export type AttributeType = (typeof types)[number]

/**
 * The definition of one attribute as it stands in a mapping file. Its name is its key there.
 *
 * Keys that begin with `_` are comments, here and in the file as a whole.
 */
export interface AttributeDefinition {
  readonly attribute_type: AttributeType
  /** Of a `text`: whether it must be a number or spell one. Without effect on the other types. */
  readonly is_numeric: boolean
  /** Of a `dropdown`: what it may be. Null or an empty list allows any text that is not blank. */
  readonly values: ReadonlyArray<string | number> | null
  /** Of a `range`: the smallest value. None by default. */
  readonly min?: number | null
  /** Of a `range`: the largest value. None by default. */
  readonly max?: number | null
  /** Whether a lead without a valid value lacks something. False by default. */
  readonly required?: boolean
}

/** Attribute definitions that are known to be right, ready for use. Only {@link compileMapping} makes one. */
export interface Mapping {
  /** In the order of the mapping file (JavaScript puts names that are whole numbers first). */
  readonly attributes: ReadonlyArray<Attribute>
}

/** A definition made ready for `map`. */
export interface Attribute {
  readonly name: string
  readonly type: AttributeType
  readonly isNumeric: boolean
  /** What a dropdown may be; `undefined` when any text will do. */
  readonly allowed: ReadonlySet<unknown> | undefined
  readonly min: number
  readonly max: number
  readonly required: boolean
}

/**
 * Checks attribute definitions and makes them ready, once, when they are loaded.
 *
 * Takes any value, as `JSON.parse` gives it. Fails with {@link MappingInvalid}, which holds every mistake:
 * unknown types and keys, missing keys, wrong types, a `min` above its `max`, and settings that would have no
 * effect (`values` of a text, `min` of a dropdown).
 */
export const compileMapping = (json: unknown): Result.Result<Mapping, MappingInvalid> => {
  const { mistakes, report } = makeReport()
  const attributes: Array<Attribute> = []
  if (!isJsonObject(json)) report([], json, "an object that has a definition for each attribute")
  else {
    for (const [name, definition] of Object.entries(withoutComments(json))) {
      if (isJsonObject(definition)) attributes.push(attributeOf(name, definition, report))
      else report([name], definition, `an object with the keys ${keys.join(", ")}`)
    }
  }
  return mistakes.length === 0
    ? Result.succeed({ attributes })
    : Result.fail(new MappingInvalid({ mistakes }))
}

const withoutComments = (object: JsonObject): JsonObject =>
  Object.fromEntries(Object.entries(object).filter(([key]) => !key.startsWith("_")))

const keys: ReadonlyArray<string> = ["attribute_type", "is_numeric", "values", "min", "max", "required"]

/** Makes a definition ready; what it makes is of use only if it reports nothing. */
const attributeOf = (name: string, definition: JsonObject, report: Report): Attribute => {
  const read = <A>(key: string, is: (value: unknown) => value is A, allowed: string): A | undefined => {
    const value = get(definition, key)
    if (is(value)) return value
    report([name, key], value, allowed)
    return undefined
  }
  reportOtherKeys(report, [name], withoutComments(definition), keys)
  const type = read("attribute_type", isType, '"text", "dropdown" or "range"')
  const isNumeric = read("is_numeric", isBoolean, "true or false")
  const values = read("values", isListOrNull, "a list of values, or null") ?? []
  for (const [index, value] of values.entries()) {
    if (!isValue(value)) report([name, "values", index], value, "a text that is not blank, or a number")
  }
  const min = read("min", isNumberOrNone, "a number")
  const max = read("max", isNumberOrNone, "a number")
  const required = read("required", isBooleanOrNone, "true or false")

  if (typeof min === "number" && typeof max === "number" && min > max) {
    report([name, "min"], min, `a number up to max, which is ${max}`)
  }
  if (type !== undefined && type !== "dropdown" && values.length > 0) {
    report([name, "values"], values, `null: a ${type} has no list of values`)
  }
  if (type !== undefined && type !== "range") {
    if (typeof min === "number")
      report([name, "min"], min, `no min: only a range has one, and this is a ${type}`)
    if (typeof max === "number")
      report([name, "max"], max, `no max: only a range has one, and this is a ${type}`)
  }
  return {
    name,
    type: type ?? "text",
    isNumeric: isNumeric ?? false,
    allowed: values.length === 0 ? undefined : new Set(values),
    min: min ?? Number.NEGATIVE_INFINITY,
    max: max ?? Number.POSITIVE_INFINITY,
    required: required ?? false,
  }
}

const isType = (value: unknown): value is AttributeType => types.some((type) => type === value)

const isBoolean = (value: unknown): value is boolean => typeof value === "boolean"

const isBooleanOrNone = (value: unknown): value is boolean | undefined =>
  value === undefined || isBoolean(value)

const isNumberOrNone = (value: unknown): value is number | null | undefined =>
  value === undefined || value === null || Number.isFinite(value)

const isListOrNull = (value: unknown): value is ReadonlyArray<unknown> | null =>
  value === null || Array.isArray(value)

const isValue = (value: unknown): boolean =>
  typeof value === "string" ? !isBlank(value) : Number.isFinite(value)
