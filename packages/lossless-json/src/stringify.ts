import type { Json } from "./Json.ts"

/**
 * Prints a JSON value; a `RawNumber` comes out digit for digit.
 *
 * `stringify(parse(text))` has the same meaning as `text`; white space, escapes and the notation of short
 * numbers may differ (`1.50` becomes `1.5`). Never throws for values made by `parse`. With an `indent`, a number of
 * spaces, it is printed for people: a line for each item.
 */
export const stringify = (value: Json, indent = 0): string => JSON.stringify(value, null, indent)
