import { DocumentInvalid, makeReport, read, type Report } from "@lead-gateway/document-check"
import { isBlank } from "@lead-gateway/lead-field"
import { isJsonObject, type Json } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { reportFormat } from "./Format.ts"
import { type Attribute, compileAttribute, Invalid, validator } from "./internal/attribute.ts"
import { AttributeDefinition } from "./MappingDocument.ts"

/**
 * An invalid mapping, with a diagnostic for every error in it.
 *
 * The message has one line for each diagnostic, for example
 * `solar_area.attribute_type: found "number", expected "text", "dropdown" or "range"`.
 */
export class MappingInvalid extends DocumentInvalid("MappingInvalid", "mapping") {}

declare const brand: unique symbol

/** Checked and compiled attribute definitions. Only {@link compileMapping} makes one. */
export interface Mapping {
  /** The attributes, in the order of the file (JavaScript puts names that are whole numbers first). */
  readonly names: ReadonlyArray<string>
  readonly [brand]: "Mapping"
}

/** The implementation of {@link Mapping}. */
class CompiledMapping implements Mapping {
  declare readonly [brand]: "Mapping"
  readonly names: ReadonlyArray<string>
  readonly attributes: ReadonlyArray<Attribute>
  readonly indices: ReadonlyMap<string, number>

  constructor(attributes: ReadonlyArray<Attribute>) {
    this.names = attributes.map(({ name }) => name)
    this.attributes = attributes
    this.indices = new Map(this.names.map((name, index) => [name, index]))
  }
}

/** The implementation of a mapping, for this package alone. */
export const compiledMapping = (mapping: Mapping): CompiledMapping => mapping as CompiledMapping

/**
 * Checks and compiles attribute definitions; done once, when they are loaded.
 *
 * Accepts any value that `JSON.parse` returns. Fails with {@link MappingInvalid}, which reports every error: unknown types
 * and keys, missing keys, wrong types, a `min` above its `max`, settings without effect (`values` of a text, `min` of a
 * dropdown), a synonym of an unknown value, an invalid default.
 */
export const compileMapping = (json: unknown): Result.Result<Mapping, MappingInvalid> => {
  const { diagnostics, report } = makeReport()
  const attributes: Array<Attribute> = []
  if (!isJsonObject(json)) report([], json, "an object that has a definition for each attribute")
  else {
    for (const [name, definition] of Object.entries(json)) {
      if (name.startsWith("_")) continue
      if (name === "$schema") {
        if (typeof definition !== "string")
          report([name], definition, "a text: where the JSON Schema of this document is")
        continue
      }
      const inside: Report = (path, actual, expected) => report([name, ...path], actual, expected)
      const attribute = read(AttributeDefinition, definition, inside)
      if (attribute !== undefined && reportContradictions(inside, attribute)) {
        attributes.push(compileAttribute(name, attribute))
      }
    }
  }
  return diagnostics.length === 0
    ? Result.succeed(new CompiledMapping(attributes))
    : Result.fail(new MappingInvalid({ diagnostics }))
}

/** {@link compileMapping}, but throws the {@link MappingInvalid}: for mappings that are part of a program. */
export const compileMappingOrThrow = (json: unknown): Mapping => Result.getOrThrow(compileMapping(json))

/** Reports what a shape cannot express: settings that exclude each other or have no effect. True if there are none. */
const reportContradictions = (report: Report, definition: AttributeDefinition): boolean => {
  const own = makeReport()
  const reportBoth: Report = (path, actual, expected) => {
    own.report(path, actual, expected)
    report(path, actual, expected)
  }
  reportBounds(reportBoth, definition)
  reportItems(reportBoth, definition)
  reportSynonyms(reportBoth, definition)
  reportFormat(reportBoth, ["format"], definition.format)
  if (own.diagnostics.length === 0) reportDefault(reportBoth, definition)
  return own.diagnostics.length === 0
}

const reportBounds = (
  report: Report,
  { attribute_type: type, values, min, max }: AttributeDefinition,
): void => {
  if (type !== "dropdown" && values !== null && values.length > 0) {
    report(["values"], values, `null: a ${type} has no list of values`)
  }
  if (typeof min === "number" && typeof max === "number" && min > max) {
    report(["min"], min, `a number up to max, which is ${max}`)
  }
  for (const [key, bound] of Object.entries({ min, max })) {
    if (type !== "range" && typeof bound === "number") {
      report([key], bound, `no ${key}: only a range has one, and this is a ${type}`)
    }
  }
}

const reportItems = (report: Report, definition: AttributeDefinition): void => {
  const { multiple, min_items, max_items, default: standIn } = definition
  if (multiple === true) {
    const max = max_items ?? 100
    if (min_items !== undefined && min_items > max) {
      report(["min_items"], min_items, `a whole number up to max_items, which is ${max}`)
    }
    return
  }
  for (const [key, count] of Object.entries({ min_items, max_items })) {
    if (count !== undefined)
      report([key], count, `no ${key}: only an attribute with "multiple": true has one`)
  }
  if (Array.isArray(standIn)) {
    report(["default"], standIn, 'one value: only an attribute with "multiple": true takes a list')
  }
}

const reportSynonyms = (report: Report, definition: AttributeDefinition): void => {
  const { attribute_type, values, synonyms, ignore_case } = definition
  if (attribute_type !== "dropdown" || values === null || values.length === 0) {
    for (const [key, setting] of Object.entries({ synonyms, ignore_case })) {
      if (setting !== undefined) report([key], setting, `no ${key}: only a dropdown with values has some`)
    }
    return
  }
  const keyOf = (text: string): string => (ignore_case === true ? text.toLowerCase() : text)
  const known = new Map<string, Json>()
  for (const [index, value] of values.entries()) {
    if (typeof value !== "string") continue
    const other = known.get(keyOf(value)) ?? value
    if (other !== value) report(["values", index], value, `no other spelling of ${JSON.stringify(other)}`)
    known.set(keyOf(value), value)
  }
  for (const [answer, value] of Object.entries(synonyms ?? {})) {
    if (isBlank(answer)) report(["synonyms", answer], value, "an answer that is not blank")
    else if (!values.includes(value)) report(["synonyms", answer], value, `one of values: ${listed(values)}`)
    else if (known.has(keyOf(answer))) {
      report(["synonyms", answer], value, "another answer: this one is a value, or a synonym, already")
    } else known.set(keyOf(answer), value)
  }
}

const listed = (values: ReadonlyArray<Json>): string =>
  values.map((value) => JSON.stringify(value)).join(", ")

/** A default must be valid itself. */
const reportDefault = (report: Report, definition: AttributeDefinition): void => {
  if (definition.default === undefined) return
  const validate = validator(definition)
  const values = [definition.default].flat()
  for (const [index, value] of values.entries()) {
    const validated = validate(value)
    if (!(validated instanceof Invalid)) continue
    const path = Array.isArray(definition.default) ? ["default", index] : ["default"]
    report(path, value, `a valid value of the attribute; this one is ${validated.reason}`)
  }
  const { min_items = 1, max_items = 100 } = definition
  if (definition.multiple === true && (values.length < min_items || values.length > max_items)) {
    report(["default"], definition.default, `a list of ${min_items} to ${max_items} values`)
  }
}
