import type { Json, JsonObject } from "@lead-gateway/lossless-json"
import { type Attributes, attributesOf } from "./internal/attributes.ts"
import { isMissing, valueAt } from "./internal/value.ts"
import type { Mapping } from "./Mapping.ts"
import type { OmittedAttribute } from "./OmittedAttribute.ts"
import type { Template, TemplateNode, ValueNode } from "./Template.ts"

/** What a customer payload is made of. */
export interface MapInput {
  readonly mapping: Mapping
  readonly template: Template
  /** The lead's payload, normalised. Attributes are read from its own top-level properties. */
  readonly payload: JsonObject
  /** What templates name by `$constant`, such as `product.name`: the same for every lead. */
  readonly constants: JsonObject
  /** What templates name by `$meta`, such as `lead_id`: what is known of this lead beside its payload. */
  readonly meta: JsonObject
}

/** The customer payload is ready. */
export interface Mapped {
  readonly _tag: "Mapped"
  readonly payload: JsonObject
  readonly omitted: ReadonlyArray<OmittedAttribute>
}

/** Something is missing without which the customer takes no lead. */
export interface MissingRequired {
  readonly _tag: "MissingRequired"
  /** Names of fields, constants and meta data in the template's order, then of required attributes. */
  readonly fields: ReadonlyArray<string>
  /** All invalid attributes; a required one is in `fields` too. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
}

/** What becomes of a payload. */
export type MapResult = Mapped | MissingRequired

/**
 * Brings a payload into a customer's format.
 *
 * Values are sent as they came: `"5000"` stays a text, a 20-digit number keeps its digits. An attribute that
 * is absent or null is left out silently, an invalid one is left out and told of; neither fails a lead unless
 * the attribute is required. Total, pure and deterministic; values are shared with the payload, not copied.
 *
 * Example, with the default template: `{ "phone": "+49681123", "solar_offer_type": "Kaufen" }` becomes
 * `{ "phone": "+49681123", "product": { "name": … }, "attributes": [{ "name": "solar_offer_type", "value":
 * "Kaufen" }] }`, and a payload without a phone is `MissingRequired` with the fields `["phone"]`.
 */
export const map = ({ mapping, template, payload, constants, meta }: MapInput): MapResult => {
  const attributes = attributesOf(mapping, payload)
  const missing = new Set<string>()
  const filling: Filling = { attributes, sources: { payload, constants, meta }, missing }
  const filled = objectOf(template.root.entries, filling)
  for (const name of attributes.missing) missing.add(name)
  const { omitted } = attributes
  return missing.size === 0
    ? { _tag: "Mapped", payload: filled, omitted }
    : { _tag: "MissingRequired", fields: [...missing], omitted }
}

/** What a template is filled with, and what turned out to be missing. */
interface Filling {
  readonly attributes: Attributes
  readonly sources: Readonly<Record<ValueNode["source"], JsonObject>>
  readonly missing: Set<string>
}

/** What stands at one place of the customer payload; `undefined` when it is left out. */
const fill = (node: TemplateNode, filling: Filling): Json | undefined => {
  switch (node._tag) {
    case "Literal":
      return node.value
    case "Value": {
      const value = valueAt(filling.sources[node.source], node.path)
      if (!isMissing(value)) return value
      if (node.required) filling.missing.add(node.name)
      return undefined
    }
    case "Attributes": {
      const { sent } = filling.attributes
      return node.shape === "list" ? sent : Object.fromEntries(sent.map(({ name, value }) => [name, value]))
    }
    case "Object":
      return objectOf(node.entries, filling)
    case "List":
      return node.items.map((item) => fill(item, filling)).filter((value) => value !== undefined)
  }
}

/** Made by `fromEntries`, which makes own properties of all keys, `__proto__` included. */
const objectOf = (entries: ReadonlyArray<readonly [string, TemplateNode]>, filling: Filling): JsonObject => {
  const filled: Array<readonly [string, Json]> = []
  for (const [key, node] of entries) {
    const value = fill(node, filling)
    if (value !== undefined) filled.push([key, value])
  }
  return Object.fromEntries(filled)
}
