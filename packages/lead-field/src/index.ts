/**
 * Fields of a lead: paths to them, what counts as missing, and what kind of value is there.
 *
 * Rules, profiles, mappings and templates name fields and read their values by these definitions. Used by `lead-rules`,
 * `normalizer` and `attribute-mapper`. It decides nothing and changes nothing.
 */
export {
  type FieldPath,
  FieldPathText,
  parsePath,
  PlainPathOrDotText,
  PlainPathText,
  printPath,
  valueAt,
} from "./FieldPath.ts"
export { daysIn, isBlank, isMissing, kindOf, missingAs, numberOf, type ValueKind } from "./FieldValue.ts"
export { plainCopy } from "./plainCopy.ts"
