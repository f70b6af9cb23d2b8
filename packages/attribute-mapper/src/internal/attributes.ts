import { isMissing } from "@lead-gateway/lead-field"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import type { OmittedAttribute, OmittedReason } from "../OmittedAttribute.ts"
import type { Attribute } from "./attribute.ts"
import { Refusal, refusals } from "./refusal.ts"

/** What a mapping makes of a payload. A required attribute that is invalid is both omitted and missing. */
export interface Attributes {
  /** What is sent of each attribute, in the mapping's order; `undefined` where nothing is. */
  readonly values: ReadonlyArray<Json | undefined>
  readonly omitted: ReadonlyArray<OmittedAttribute>
  readonly absent: ReadonlyArray<string>
  readonly missing: ReadonlyArray<string>
}

/** Takes note of what is not valid: a value, or an item of a list. */
type Omit = (name: string, reason: OmittedReason, value: Json, index?: number) => void

/** Looks at every defined attribute in turn: absent, sent, or omitted and why. */
export const attributesOf = (
  attributes: ReadonlyArray<Attribute>,
  payload: JsonObject,
  shows: boolean,
): Attributes => {
  const values: Array<Json | undefined> = []
  const omitted: Array<OmittedAttribute> = []
  const omit: Omit = (name, reason, value, index) =>
    omitted.push({ name, reason, ...(index === undefined ? {} : { index }), ...(shows ? { value } : {}) })
  const absent: Array<string> = []
  const missing: Array<string> = []
  for (const attribute of attributes) {
    const { name } = attribute
    const found = attribute.read(payload)
    let value: Json | undefined
    if (attribute.default !== undefined && isMissingOrEmpty(attribute, found)) value = attribute.default
    else if (isNothing(attribute, found)) absent.push(name)
    else if (attribute.items !== undefined) value = listOf(attribute, attribute.items, found as Json, omit)
    else {
      const accepted = attribute.accept(found as Json)
      if (accepted instanceof Refusal) omit(name, accepted.reason, found as Json)
      else value = accepted
    }
    values.push(value)
    if (value === undefined && attribute.required) missing.push(name)
  }
  return { values, omitted, absent, missing }
}

/** Nothing was answered. A blank answer is one, and not valid; a list without items is none. */
const isNothing = (attribute: Attribute, found: unknown): boolean =>
  found === undefined || found === null || isEmptyList(attribute, found)

const isMissingOrEmpty = (attribute: Attribute, found: unknown): boolean =>
  isMissing(found) || isEmptyList(attribute, found)

const isEmptyList = ({ items }: Attribute, found: unknown): boolean =>
  items !== undefined && Array.isArray(found) && found.length === 0

/** The valid items; `undefined` when there are too few of them, or too many to look at. */
const listOf = (
  { name, accept }: Attribute,
  { min, max }: { readonly min: number; readonly max: number },
  found: Json,
  omit: Omit,
): Json | undefined => {
  const isList = Array.isArray(found)
  const items = (isList ? found : [found]) as ReadonlyArray<Json>
  if (items.length > max) {
    omit(name, "too_many_items", found)
    return undefined
  }
  const valid: Array<Json> = []
  for (const [index, item] of items.entries()) {
    const accepted = item === null ? refusals.blank : accept(item)
    if (!(accepted instanceof Refusal)) valid.push(accepted)
    else omit(name, accepted.reason, item, isList ? index : undefined)
  }
  if (valid.length >= min) return valid
  // Why is told already where every item is invalid.
  if (valid.length > 0 || min > items.length) omit(name, "too_few_items", found)
  return undefined
}
