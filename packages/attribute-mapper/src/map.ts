import { isRecord, wrongCall } from "@lead-gateway/document-check"
import type { JsonObject } from "@lead-gateway/lossless-json"
import { attributeValuesOf } from "./internal/attributeValues.ts"
import type { Scope } from "./internal/Node.ts"
import { unreadPathsOf } from "./internal/unread.ts"
import { compiledMapping, type Mapping } from "./Mapping.ts"
import type { MapReport, OmittedNode } from "./MapReport.ts"
import { compiledTemplate, type Template } from "./Template.ts"

/** The inputs of {@link map}. */
export interface MapInput {
  readonly mapping: Mapping
  readonly template: Template
  /** The normalised payload of the lead: JSON, or an object of a type of your own. */
  readonly payload: object
  /**
   * The values of the payload that the normaliser could not read: `unread` of what `normalize` returns. Attributes and nodes
   * with `unread` `omit` or `park` do not send them. None by default.
   */
  readonly unread?: ReadonlyArray<UnreadValue>
  /** Values for `$constant`, such as `product.name`: the same for every lead. None by default. */
  readonly constants?: JsonObject
  /** Values for `$meta`, such as `lead_id`: what the gateway knows about this delivery besides the payload. None by default. */
  readonly deliveryMetadata?: JsonObject
  /** Whether {@link OmittedAttribute} holds the invalid value, which is personal data and must not be logged. `hide` by default. */
  readonly values?: "hide" | "show"
}

/** A value of the payload that the normaliser could not read. */
export interface UnreadValue {
  /** In the notation of `lead-field`: `house.is_owner`, `contacts.0.phone`. */
  readonly path: string
  /** The declared kind of its field. Not used. */
  readonly kind?: string
}

/** The customer payload is complete. */
export interface Mapped extends MapReport {
  readonly _tag: "Mapped"
  readonly payload: JsonObject
}

/** A required value is missing, or one could not be read and parks the lead, so there is no customer payload. */
export interface MissingRequired extends MapReport {
  readonly _tag: "MissingRequired"
  /**
   * The names of the missing fields, constants and metadata in the order of the template, then of attributes. Of a value
   * that could not be read its path.
   */
  readonly fields: ReadonlyArray<string>
}

/** The result of {@link map}. */
export type MapResult = Mapped | MissingRequired

/**
 * Maps a payload to the format of a customer.
 *
 * Values are sent unchanged unless a synonym or format applies: `"5000"` stays a text, a 20-digit number keeps its digits. Absent and
 * invalid values are omitted and reported; only a required one prevents the payload. A value in `unread` is a value like any
 * other, and satisfies `required`, except where `unread` says `omit` (then it is omitted, and a required one is missing) or
 * `park` (then there is no payload, required or not).
 *
 * Total, pure and deterministic for any payload. Values are shared with the payload, not copied. A wrong call, such as with
 * a `Result` instead of a mapping, throws a `TypeError` that says what is expected.
 *
 * Example, with the default template: `{ "phone": "+49681123", "solar_offer_type": "Kaufen" }` becomes
 * `{ "phone": "+49681123", "product": { "name": … }, "attributes": [{ "name": "solar_offer_type", "value":
 * "Kaufen" }] }`, and a payload without a phone is `MissingRequired` with the fields `["phone"]`.
 */
export const map = (input: MapInput): MapResult => {
  if (typeof input !== "object" || input === null || Array.isArray(input))
    throw wrongCall("map", "the input", input, inputExpected)
  const { mapping, template, payload, unread, constants, deliveryMetadata, values } = input
  const compiled = compiledMapping("map", mapping)
  const { root } = compiledTemplate(template)
  const unreadPaths = unreadPathsOf(unread)
  const attributes = attributeValuesOf(compiled.attributes, payload, unreadPaths, values === "show")
  const missing = new Set<string>()
  const omittedNodes: Array<OmittedNode> = []
  const scope: Scope = {
    here: payload,
    position: 0,
    base: "",
    unread: unreadPaths,
    constants: checkedNames("constants", constants),
    deliveryMetadata: checkedNames("deliveryMetadata", deliveryMetadata),
    mapping: compiled,
    attributes,
    missing,
    omittedNodes,
    incomplete: false,
  }
  const customerPayload = root(scope)
  const { omitted, absent } = attributes
  const sent = compiled.names.filter((_, index) => attributes.values[index] !== undefined)
  for (const name of attributes.missing) missing.add(name)
  return missing.size === 0
    ? { _tag: "Mapped", payload: customerPayload, sent, omitted, absent, omittedNodes }
    : { _tag: "MissingRequired", fields: [...missing], sent, omitted, absent, omittedNodes }
}

const inputExpected = "an object with the keys mapping, template and payload"

/** Names and values, such as constants; `undefined` for none. */
const checkedNames = (argument: string, names: unknown): unknown => {
  if (names === undefined || names === null || isRecord(names)) return names
  throw wrongCall("map", argument, names, "an object of names and values")
}
