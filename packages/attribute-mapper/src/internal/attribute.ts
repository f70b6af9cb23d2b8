import { isMissing } from "@lead-gateway/lead-field"
import type { Json } from "@lead-gateway/lossless-json"
import type { AttributeDefinition } from "../MappingDocument.ts"
import { checkerOf, Invalid, invalid } from "./checker.ts"
import { compileFormat, spellingOf } from "./format.ts"
import { readerOf, type Reader, topLevelReader } from "./reader.ts"
import { compileDropdown } from "./synonyms.ts"
import type { UnreadPolicy } from "./unread.ts"

/** A compiled attribute definition. */
export interface Attribute {
  readonly name: string
  /** Whether it is a dropdown with a list of values. */
  readonly isClosed: boolean
  readonly required: boolean
  readonly unread: UnreadPolicy
  readonly reader: Reader
  /** Replaces synonyms, validates and formats one value: what is sent, or why it is invalid. */
  readonly validate: Validator["one"]
  /** The same for a list where one value is expected. */
  readonly validateList: Validator["list"]
  /** The number of items, of an attribute that is a list. */
  readonly items: { readonly min: number; readonly max: number } | undefined
  /** What is sent if there is no value. */
  readonly default: Json | undefined
}

/** Compiles a definition that has been checked. */
export const compileAttribute = (name: string, definition: AttributeDefinition): Attribute => {
  const validator = validatorOf(definition)
  const byDefault = definition.default
  return {
    name,
    isClosed: isClosed(definition),
    required: definition.required ?? false,
    unread: definition.unread ?? "send",
    reader: definition.field === undefined ? topLevelReader(name) : readerOf(definition.field),
    validate: validator.one,
    validateList: validator.list,
    items:
      definition.multiple === true
        ? { min: definition.min_items ?? 1, max: definition.max_items ?? maxItems }
        : undefined,
    default:
      byDefault === undefined
        ? undefined
        : definition.multiple === true
          ? [byDefault].flat().map((value) => valid(validator.one(value)))
          : valid(validator.one(byDefault)),
  }
}

const isClosed = ({ attribute_type, values }: AttributeDefinition): boolean =>
  attribute_type === "dropdown" && (values ?? []).length > 0

/** The most items of a list where one value is expected, and by default of a list. */
export const maxItems = 100

/** The value of a default, which has been checked to be valid. */
const valid = (value: Json | Invalid): Json => (value instanceof Invalid ? null : value)

/** Validates values of one attribute. Total. */
export interface Validator {
  readonly one: (value: unknown) => Json | Invalid
  readonly list: (values: ReadonlyArray<unknown>) => Json | Invalid
}

/** Makes the functions that replace synonyms, validate a value and format it. */
export const validatorOf = (definition: AttributeDefinition): Validator => {
  const dropdown = isClosed(definition) ? compileDropdown(definition) : undefined
  const check = checkerOf(definition, dropdown)
  const write = compileFormat(definition.format)
  const checked = (answer: unknown): Json | Invalid => {
    const problem = check(answer)
    if (problem !== undefined) return problem
    return write === undefined ? (answer as Json) : (write(answer as Json) ?? invalid.not_formattable)
  }
  const one: Validator["one"] =
    dropdown === undefined ? checked : (value) => checked(dropdown.replaced(value as Json))
  const list: Validator["list"] = (values) => {
    const answers = values.filter((value) => !isMissing(value))
    if (answers.length <= 1) return answers.length === 0 ? invalid.blank : one(answers[0])
    if (dropdown === undefined || !isSpelled(answers)) return invalid.wrong_type
    const value = dropdown.together(answers)
    return value === undefined ? invalid.not_an_allowed_value : checked(value)
  }
  return { one, list }
}

/** Whether all answers are texts, numbers, true or false. */
export const isSpelled = (answers: ReadonlyArray<unknown>): answers is ReadonlyArray<Json> =>
  answers.every((answer) => spellingOf(answer as Json) !== undefined)
