import type { JsonObject } from "@lead-gateway/lossless-json"
import { attributesOf } from "./internal/attributes.ts"
import type { Filling } from "./internal/filling.ts"
import type { LeftOut } from "./LeftOut.ts"
import { type Mapping, opened as openedMapping } from "./Mapping.ts"
import type { OmittedAttribute } from "./OmittedAttribute.ts"
import { opened as openedTemplate, type Template } from "./Template.ts"

/** What a customer payload is made of. */
export interface MapInput {
  readonly mapping: Mapping
  readonly template: Template
  /** The lead's payload, normalised. */
  readonly payload: JsonObject
  /** What templates name by `$constant`, such as `product.name`: the same for every lead. None by default. */
  readonly constants?: JsonObject
  /** What templates name by `$meta`, such as `lead_id`: what is known of this lead beside its payload. */
  readonly meta?: JsonObject
  /** `hide` (the default): nothing but the payload quotes the lead, so it may be logged. `show`: gaps tell values. */
  readonly values?: "hide" | "show"
}

/** What became of each attribute, and why there are gaps in a customer payload. */
interface Gaps {
  /** Attributes with a value for the customer, in the mapping's order; of a list, with one valid item at least. */
  readonly sent: ReadonlyArray<string>
  /** Attributes that are in the payload but not valid. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
  /** Attributes that are not in the payload, or null there, and have no default. */
  readonly absent: ReadonlyArray<string>
  /** Places of the template that gave nothing. */
  readonly leftOut: ReadonlyArray<LeftOut>
}

/** The customer payload is ready. */
export interface Mapped extends Gaps {
  readonly _tag: "Mapped"
  readonly payload: JsonObject
}

/** Something is missing without which the customer takes no lead. */
export interface MissingRequired extends Gaps {
  readonly _tag: "MissingRequired"
  /** Names of fields, constants and meta data in the template's order, then of required attributes. */
  readonly fields: ReadonlyArray<string>
}

/** What becomes of a payload. */
export type MapResult = Mapped | MissingRequired

/**
 * Brings a payload into a customer's format.
 *
 * Values are sent as they came unless a format says otherwise: `"5000"` stays a text, a 20-digit number keeps its
 * digits. What is absent or invalid is left out and told of; it fails no lead unless it is required. Total, pure
 * and deterministic; values are shared with the payload, not copied.
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
  meta = {},
  values = "hide",
}: MapInput): MapResult => {
  const opened = openedMapping(mapping)
  const attributes = attributesOf(opened.attributes, payload, values === "show")
  const missing: Array<string> = []
  const leftOut: Array<LeftOut> = []
  const filling: Filling = {
    here: payload,
    position: 0,
    constants,
    meta,
    mapping: opened,
    attributes,
    missing,
    leftOut,
    incomplete: false,
  }
  const filled = openedTemplate(template).root(filling)
  const { omitted, absent } = attributes
  const sent = mapping.names.filter((_, index) => attributes.values[index] !== undefined)
  for (const name of attributes.missing) if (!missing.includes(name)) missing.push(name)
  return missing.length === 0
    ? { _tag: "Mapped", payload: filled, sent, omitted, absent, leftOut }
    : { _tag: "MissingRequired", fields: missing, sent, omitted, absent, leftOut }
}
