/**
 * What is wrong in a JSON document: where it is, what is there and what is expected.
 *
 * For documents that people write and programs load: rule sets, profiles, mappings, templates. A shape says what a
 * document may hold; `read` checks one with it and reports every mistake into one list, to which a program adds what no
 * shape says; an error class prints them, a line each. Used by `lead-rules`, `normalizer`, `attribute-mapper` and
 * `retry-policy`. It quotes what it finds, so it is for configuration, never for a lead. It reads no files and knows no
 * document. What needs Effect's `Schema` is in the entry `./schema`.
 */
export { DocumentInvalid } from "./DocumentInvalid.ts"
export type { Diagnostic } from "./Diagnostic.ts"
export { oneLine } from "./oneLine.ts"
export { printValue, shorten } from "./printValue.ts"
export { read } from "./read.ts"
export { makeReport, type Path, type Report, reportOtherKeys } from "./Report.ts"
export * as Shape from "./Shape.ts"
