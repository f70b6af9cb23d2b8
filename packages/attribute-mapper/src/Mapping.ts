import { DocumentInvalid, makeReport, printValue, read, type Report } from "@lead-gateway/document-check"
import { isBlank } from "@lead-gateway/lead-field"
import { isJsonObject, type Json } from "@lead-gateway/lossless-json"
import * as Result from "effect/Result"
import { reportFormat } from "./Format.ts"
import { type Attribute, compileAttribute, validatorOf } from "./internal/attribute.ts"
import { boundOf, Invalid } from "./internal/checker.ts"
import { compareDecimals } from "./internal/decimal.ts"
import { documentProblem, unreadableDocument } from "./internal/documentInput.ts"
import { compileDropdown, synonymsOf } from "./internal/synonyms.ts"
import { wrongCall } from "./internal/wrongCall.ts"
import { AttributeDefinition, type MappingDocument } from "./MappingDocument.ts"

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

/** The implementation of a mapping, for this package alone. Throws a `TypeError` for any other value. */
export const compiledMapping = (mapping: unknown): CompiledMapping => {
  if (mapping instanceof CompiledMapping) return mapping
  throw wrongCall(
    "mapping",
    mapping,
    "the mapping that compileMapping returns as success, or compileMappingOrThrow",
  )
}

/**
 * Checks and compiles attribute definitions; done once, when they are loaded.
 *
 * Accepts any value; that the type names one kind of it lets editors complete a document that is written in place. Parse
 * files with `lossless-json`: a number that `JSON.parse` may have rounded is reported. Fails with {@link MappingInvalid},
 * which reports every error: unknown types and keys, missing keys, wrong types, a `min` above its `max`, settings without
 * effect (`values` of a text, `min` of a dropdown), a synonym of an unknown value, answers with two meanings, an invalid
 * default.
 */
export const compileMapping = (
  json: MappingDocument | {} | null | undefined,
): Result.Result<Mapping, MappingInvalid> => {
  try {
    return compiled(json)
  } catch (error) {
    return Result.fail(new MappingInvalid({ diagnostics: [unreadableDocument(error)] }))
  }
}

/** {@link compileMapping}, but throws the {@link MappingInvalid}: for mappings that are part of a program. */
export const compileMappingOrThrow = (json: MappingDocument | {} | null | undefined): Mapping =>
  Result.getOrThrow(compileMapping(json))

const compiled = (json: unknown): Result.Result<Mapping, MappingInvalid> => {
  const { diagnostics, report } = makeReport()
  const attributes: Array<Attribute> = []
  const problem = documentProblem(json)
  if (problem !== undefined) report([], json, problem)
  else if (!isJsonObject(json)) report([], json, "an object that has a definition for each attribute")
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
  const [least, most] = [boundOf(min), boundOf(max)]
  if (least !== undefined && most !== undefined && compareDecimals(least.digits, most.digits) > 0) {
    report(["min"], min, `a number up to max, which is ${printValue(max)}`)
  }
  for (const [key, bound] of Object.entries({ min, max })) {
    if (type !== "range" && bound !== undefined && bound !== null) {
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
  const dropdown = compileDropdown(definition)
  for (const { answers, key, value } of synonymsOf(definition)) {
    const isList = typeof key === "number"
    const at = isList ? ["synonyms", key, "value"] : ["synonyms", key]
    const [answer = "", another] = answers
    if (!dropdown.isValue(value)) report(at, value, `one of values: ${values.map(printValue).join(", ")}`)
    else if (another !== undefined) continue
    else if (isBlank(answer)) report(at, value, "an answer that is not blank")
    else if (known.has(keyOf(answer))) {
      const expected = "another answer: this one is a value, or a synonym, already"
      report(isList ? ["synonyms", key, "answers"] : at, isList ? answers : value, expected)
    } else known.set(keyOf(answer), value)
  }
  reportAnswerSets(report, definition)
}

/** Reports sets of answers without effect: the set of an earlier entry, or answers that mean the same. */
const reportAnswerSets = (report: Report, definition: AttributeDefinition): void => {
  const { keyOf } = compileDropdown(definition)
  const known = new Map<string, string | number>()
  for (const { answers, key } of synonymsOf(definition)) {
    if (answers.length === 1) continue
    const at = ["synonyms", key, "answers"]
    const set = keyOf(answers)
    const earlier = known.get(set)
    if (definition.multiple === true) {
      report(at, answers, 'one answer: with "multiple": true each answer is a value of its own')
    } else if (
      answers.some((answer, index) =>
        answers.slice(0, index).some((other) => keyOf([other]) === keyOf([answer])),
      )
    ) {
      report(at, answers, "answers that differ: two of these mean the same")
    } else if (earlier !== undefined) {
      report(at, answers, `other answers: synonyms.${earlier} has these, in whatever order`)
    } else known.set(set, key)
  }
}

/** A default must be valid itself. */
const reportDefault = (report: Report, definition: AttributeDefinition): void => {
  if (definition.default === undefined) return
  const { one: validate } = validatorOf(definition)
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
