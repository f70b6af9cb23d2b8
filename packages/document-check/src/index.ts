/**
 * What is wrong in a JSON document: where it is, what is there and what is expected.
 *
 * For documents that people write and programs load: rule sets, profiles, mappings, templates. A check reports
 * into one list, by hand or from a schema's issue, so that an author sees every mistake at once; an error class
 * prints them, a line each. Used by `lead-rules`, `normalizer`, `attribute-mapper` and `retry-policy`. It quotes
 * what it finds, so it is for configuration, never for a lead. It reads no files and knows no document.
 */
export { DocumentInvalid } from "./DocumentInvalid.ts"
export type { Diagnostic } from "./Diagnostic.ts"
export { oneLine } from "./oneLine.ts"
export { printValue, shorten } from "./printValue.ts"
export { makeReport, type Path, type Report, reportOtherKeys } from "./Report.ts"
export { reportIssue } from "./reportIssue.ts"
export { expected, NotBlank, SchemaReference, textOf } from "./words.ts"
