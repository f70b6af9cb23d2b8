import type { Json } from "@lead-gateway/lossless-json"

/**
 * Why an attribute is not sent:
 *
 * - `wrong_type`: a boolean, a list or an object, or a number where a dropdown takes any text;
 * - `blank`: an empty text or white space alone; in a list also null;
 * - `not_a_number`: neither a number nor a text in decimal notation, or beyond what a double holds;
 * - `not_an_allowed_value`: not exactly one of a dropdown's values, nor a synonym of one;
 * - `out_of_range`: below `min` or above `max`;
 * - `not_formattable`: valid, but of a kind that its `format` cannot write;
 * - `too_few_items`, `too_many_items`: a list with fewer valid items than `min_items`, or more items than
 *   `max_items`.
 */
export type OmittedReason =
  | "wrong_type"
  | "blank"
  | "not_a_number"
  | "not_an_allowed_value"
  | "out_of_range"
  | "not_formattable"
  | "too_few_items"
  | "too_many_items"

/** An attribute that is in the payload but not valid, and why. */
export interface OmittedAttribute {
  readonly name: string
  readonly reason: OmittedReason
  /** Which item of a list, from 0; the others are sent. Absent when the attribute as a whole is meant. */
  readonly index?: number
  /** What was there, where values are asked for alone: it is the lead's. */
  readonly value?: Json
}
