import { isMissing } from "@lead-gateway/lead-field"
import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { type Attribute, Invalid, invalid } from "./internal/attribute.ts"
import type { AttributeValues, Scope } from "./internal/Node.ts"
import { compiledMapping, type Mapping } from "./Mapping.ts"
import type { MapReport, OmittedAttribute, OmittedAttributeReason, OmittedNode } from "./MapReport.ts"
import { compiledTemplate, type Template } from "./Template.ts"

/** The inputs of {@link map}. */
export interface MapInput {
  readonly mapping: Mapping
  readonly template: Template
  /** The normalised payload of the lead. */
  readonly payload: JsonObject
  /** Values for `$constant`, such as `product.name`: the same for every lead. None by default. */
  readonly constants?: JsonObject
  /** Values for `$meta`, such as `lead_id`: what the gateway knows about this delivery besides the payload. None by default. */
  readonly deliveryMetadata?: JsonObject
  /** Whether {@link OmittedAttribute} holds the invalid value, which is personal data and must not be logged. `hide` by default. */
  readonly values?: "hide" | "show"
}

/** The customer payload is complete. */
export interface Mapped extends MapReport {
  readonly _tag: "Mapped"
  readonly payload: JsonObject
}

/** A required value is missing, so there is no customer payload. */
export interface MissingRequired extends MapReport {
  readonly _tag: "MissingRequired"
  /** The names of the missing fields, constants and metadata in the order of the template, then of attributes. */
  readonly fields: ReadonlyArray<string>
}

/** The result of {@link map}. */
export type MapResult = Mapped | MissingRequired

/**
 * Maps a payload to the format of a customer.
 *
 * Values are sent unchanged unless a synonym or format applies: `"5000"` stays a text, a 20-digit number keeps its digits. Absent and
 * invalid values are omitted and reported; only a required one prevents the payload. Total, pure and deterministic. Values
 * are shared with the payload, not copied.
 *
 * Example, with the default template: `{ "phone": "+49681123", "solar_offer_type": "Kaufen" }` becomes
 * `{ "phone": "+49681123", "product": { "name": … }, "attributes": [{ "name": "solar_offer_type", "value":
 * "Kaufen" }] }`, and a payload without a phone is `MissingRequired` with the fields `["phone"]`.
 */
export const map = ({
  mapping,
  template,
  payload,
  constants = {},
  deliveryMetadata = {},
  values = "hide",
}: MapInput): MapResult => {
  const compiled = compiledMapping(mapping)
  const attributes = attributeValuesOf(compiled.attributes, payload, values === "show")
  const missing: Array<string> = []
  const omittedNodes: Array<OmittedNode> = []
  const scope: Scope = {
    here: payload,
    position: 0,
    constants,
    deliveryMetadata,
    mapping: compiled,
    attributes,
    missing,
    omittedNodes,
    incomplete: false,
  }
  const customerPayload = compiledTemplate(template).root(scope)
  const { omitted, absent } = attributes
  const sent = mapping.names.filter((_, index) => attributes.values[index] !== undefined)
  for (const name of attributes.missing) if (!missing.includes(name)) missing.push(name)
  return missing.length === 0
    ? { _tag: "Mapped", payload: customerPayload, sent, omitted, absent, omittedNodes }
    : { _tag: "MissingRequired", fields: missing, sent, omitted, absent, omittedNodes }
}

/** Records an invalid value, or an invalid item of a list. */
type Omit = (name: string, reason: OmittedAttributeReason, value: Json, index?: number) => void

/** Reads and validates every attribute of the mapping: it is absent, sent, or omitted with a reason. */
const attributeValuesOf = (
  attributes: ReadonlyArray<Attribute>,
  payload: JsonObject,
  showsValues: boolean,
): AttributeValues => {
  const values: Array<Json | undefined> = []
  const omitted: Array<OmittedAttribute> = []
  const omit: Omit = (name, reason, value, index) =>
    omitted.push({
      name,
      reason,
      ...(index === undefined ? {} : { index }),
      ...(showsValues ? { value } : {}),
    })
  const absent: Array<string> = []
  const missing: Array<string> = []
  for (const attribute of attributes) {
    const { name } = attribute
    const actual = attribute.read(payload)
    let value: Json | undefined
    if (attribute.default !== undefined && isMissingOrEmpty(attribute, actual)) value = attribute.default
    else if (isAbsent(attribute, actual)) absent.push(name)
    else if (attribute.items !== undefined)
      value = validItemsOf(attribute, attribute.items, actual as Json, omit)
    else {
      const validated = attribute.validate(actual as Json)
      if (validated instanceof Invalid) omit(name, validated.reason, actual as Json)
      else value = validated
    }
    values.push(value)
    if (value === undefined && attribute.required) missing.push(name)
  }
  return { values, omitted, absent, missing }
}

/** Whether there is no value. A blank value is present, and invalid; an empty list is absent. */
const isAbsent = (attribute: Attribute, actual: unknown): boolean =>
  actual === undefined || actual === null || isEmptyList(attribute, actual)

const isMissingOrEmpty = (attribute: Attribute, actual: unknown): boolean =>
  isMissing(actual) || isEmptyList(attribute, actual)

const isEmptyList = ({ items }: Attribute, actual: unknown): boolean =>
  items !== undefined && Array.isArray(actual) && actual.length === 0

/** The valid items of a list; `undefined` if there are too few, or too many items to validate. */
const validItemsOf = (
  { name, validate }: Attribute,
  { min, max }: { readonly min: number; readonly max: number },
  actual: Json,
  omit: Omit,
): Json | undefined => {
  const isList = Array.isArray(actual)
  const items = (isList ? actual : [actual]) as ReadonlyArray<Json>
  if (items.length > max) {
    omit(name, "too_many_items", actual)
    return undefined
  }
  const valid: Array<Json> = []
  for (const [index, item] of items.entries()) {
    const validated = item === null ? invalid.blank : validate(item)
    if (!(validated instanceof Invalid)) valid.push(validated)
    else omit(name, validated.reason, item, isList ? index : undefined)
  }
  if (valid.length >= min) return valid
  // If every item is invalid, the items have been reported already.
  if (valid.length > 0 || min > items.length) omit(name, "too_few_items", actual)
  return undefined
}
