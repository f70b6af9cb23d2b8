import { makeReport, printValue, type Report } from "@lead-gateway/document-check"
import { isBlank } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import { reportFormat } from "../Format.ts"
import type { AttributeDefinition } from "../MappingDocument.ts"
import { validatorOf } from "./attribute.ts"
import { boundOf, Invalid } from "./checker.ts"
import { compareDecimals } from "./decimal.ts"
import { compileDropdown, synonymsOf } from "./synonyms.ts"

/** Reports what a shape cannot express: settings that exclude each other or have no effect. True if there are none. */
export const reportContradictions = (report: Report, definition: AttributeDefinition): boolean => {
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
