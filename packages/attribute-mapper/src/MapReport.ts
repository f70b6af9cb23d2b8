import type { Json } from "@lead-gateway/lossless-json"

/** What the customer payload contains of the lead, and the reason of every omission. */
export interface MapReport {
  /** Attributes with a valid value, in the order of the mapping; a list has at least one valid item. */
  readonly sent: ReadonlyArray<string>
  /** Attributes whose value in the payload is invalid. */
  readonly omitted: ReadonlyArray<OmittedAttribute>
  /** Attributes that are absent from the payload or null, and have no default. */
  readonly absent: ReadonlyArray<string>
  /** Nodes of the template without a value. */
  readonly omittedNodes: ReadonlyArray<OmittedNode>
}

/**
 * Why the value of an attribute, or an item of it, is invalid:
 *
 * - `wrong_type`: a boolean, an object, or several answers where one is expected, or a number where a dropdown takes any
 *   text;
 * - `blank`: an empty text or only white space; in a list also null;
 * - `not_a_number`: neither a number nor a text in decimal notation, or beyond what a double holds;
 * - `ambiguous_number`: a text such as `5.000`, which is 5000 in German notation and 5 in English notation;
 * - `not_an_allowed_value`: not exactly one of a dropdown's values, nor a synonym of one; or several answers that do not
 *   mean one value together;
 * - `out_of_range`: below `min` or above `max`;
 * - `not_formattable`: valid, but its `format` cannot be applied to it;
 * - `too_few_items`, `too_many_items`: a list with fewer valid items than `min_items`, or more items than
 *   `max_items`;
 * - `unread`: the normaliser could not read it as its field is declared, and the definition has `unread` `omit` or `park`.
 */
export type OmittedAttributeReason =
  | "wrong_type"
  | "blank"
  | "not_a_number"
  | "ambiguous_number"
  | "not_an_allowed_value"
  | "out_of_range"
  | "not_formattable"
  | "too_few_items"
  | "too_many_items"
  | "unread"

/** An attribute of the mapping whose value in the payload is invalid, so that it is not sent. */
export interface OmittedAttribute {
  readonly name: string
  readonly reason: OmittedAttributeReason
  /** The index, from 0, of the invalid item of a list; the other items are sent. Absent if it is the whole attribute. */
  readonly index?: number
  /** The invalid value, which is personal data; only with `values: "show"`. */
  readonly value?: Json
}

/**
 * Why a node of the template has no value:
 *
 * - `absent`, `null`, `blank`: there is no value, or it is null, or only white space;
 * - `invalid`: the value of its attribute is invalid (an {@link OmittedAttribute});
 * - `wrong_type`: a list or an object inside a `$text`, or a value that JSON does not have, such as a function;
 * - `not_formattable`: the node's `format` cannot be applied to the value;
 * - `too_many_items`: a list with more than `max_items` items;
 * - `incomplete`: an item of a list without a required value;
 * - `unread`: the normaliser could not read the value as its field is declared, and the node has `unread` `omit` or `park`.
 */
export type OmittedNodeReason =
  | "absent"
  | "null"
  | "blank"
  | "invalid"
  | "wrong_type"
  | "not_formattable"
  | "too_many_items"
  | "incomplete"
  | "unread"

/** A node of the template without a value, so that the customer payload omits it. It never holds a value of the lead. */
export interface OmittedNode {
  /** The path in the template: `"lead.email"`; the same for all items of a list: `"rooms.item.area"`. */
  readonly path: string
  readonly reason: OmittedNodeReason
}
