/**
 * Fields of a lead: paths to them, what counts as missing, and what kind of value is there.
 *
 * What rules, profiles, mappings and templates agree on when they name a field and look at it. Used by
 * `lead-rules`, `normalizer` and `attribute-mapper`. It decides nothing and changes nothing.
 */
export { daysIn } from "./calendar.ts"
export { type FieldPath, FieldPathText, parsePath, printPath, valueAt } from "./FieldPath.ts"
export { isBlank, isMissing, kindOf, missingAs, numberOf, type ValueKind } from "./FieldValue.ts"
