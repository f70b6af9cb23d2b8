import { makeReport, type Report } from "@lead-gateway/document-check"
import { isBlank } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import { accepting } from "./attribute.ts"
import { reportFormat } from "./formatMistakes.ts"
import { Refusal } from "./refusal.ts"

/** Reports what no schema says of a definition: settings that exclude each other or have no effect. */
export const reportContradictions = (report: Report, definition: AttributeDefinition): boolean => {
  const found = makeReport()
  const note: Report = (path, value, allowed) => {
    found.report(path, value, allowed)
    report(path, value, allowed)
  }
  reportBounds(note, definition)
  reportItems(note, definition)
  reportSynonyms(note, definition)
  reportFormat(note, ["format"], definition.format)
  if (found.diagnostics.length === 0) reportDefault(note, definition)
  return found.diagnostics.length === 0
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

/** A default takes the way of every value, so it must not be refused there. */
const reportDefault = (report: Report, definition: AttributeDefinition): void => {
  if (definition.default === undefined) return
  const accept = accepting(definition)
  const values = [definition.default].flat()
  for (const [index, value] of values.entries()) {
    const accepted = accept(value)
    if (!(accepted instanceof Refusal)) continue
    const path = Array.isArray(definition.default) ? ["default", index] : ["default"]
    report(path, value, `a valid value of the attribute; this one is ${accepted.reason}`)
  }
  const { min_items = 1, max_items = 100 } = definition
  if (definition.multiple === true && (values.length < min_items || values.length > max_items)) {
    report(["default"], definition.default, `a list of ${min_items} to ${max_items} values`)
  }
}
