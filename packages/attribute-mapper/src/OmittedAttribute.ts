/**
 * Why an attribute is not sent:
 *
 * - `wrong_type`: a boolean, a list or an object, or a number where a dropdown takes any text;
 * - `blank`: an empty text or white space alone;
 * - `not_a_number`: neither a number nor a text in decimal notation, or beyond what a double holds;
 * - `not_an_allowed_value`: not exactly one of a dropdown's values;
 * - `out_of_range`: below `min` or above `max`.
 */
export type OmittedReason = "wrong_type" | "blank" | "not_a_number" | "not_an_allowed_value" | "out_of_range"

/** An attribute that is in the payload but not valid, and why. It never holds the value. */
export interface OmittedAttribute {
  readonly name: string
  readonly reason: OmittedReason
}
