/**
 * Why a place of the template is left out:
 *
 * - `absent`, `null`, `blank`: there is no value, or none but null or white space;
 * - `invalid`: an attribute whose value is not valid (it is among the omitted ones);
 * - `wrong_type`: a list or an object where a text is put together;
 * - `not_formattable`: the place's `format` cannot write the value;
 * - `too_many_items`: a list with more than `max_items` items;
 * - `incomplete`: an item of a list that lacks a required value.
 */
export type LeftOutReason =
  | "absent"
  | "null"
  | "blank"
  | "invalid"
  | "wrong_type"
  | "not_formattable"
  | "too_many_items"
  | "incomplete"

/** A place of the template that gave nothing, and why. It never holds a value. */
export interface LeftOut {
  /** Where in the template: `"lead.email"`; of a list's items all the same, `"rooms.item.area"`. */
  readonly path: string
  readonly reason: LeftOutReason
}
