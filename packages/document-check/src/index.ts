/**
 * Checks JSON documents and reports what is wrong in them: where it is, what is there and what is expected.
 *
 * For documents that people write and programs load: rule sets, profiles, mappings, templates. A shape describes the
 * valid documents; `read` checks a document against it and reports everything that does not match into one list, to
 * which a program adds what no shape can express; an error class prints the list, one line for each entry. Used by
 * `lead-rules`, `normalizer`, `attribute-mapper` and `retry-policy`. Diagnostics quote values, so this is for
 * configuration, never for a lead. The sentences about wrong calls are here too, and quote nothing. It reads no files. What needs Effect's `Schema` is in the entry `./schema`.
 */
export {
  type Diagnostic,
  DocumentInvalid,
  makeReport,
  type Path,
  type Report,
  reportOtherKeys,
} from "./Diagnostic.ts"
export { documentProblem, isRecord } from "./documentProblem.ts"
export { oneLine } from "./oneLine.ts"
export { printValue, shorten } from "./printValue.ts"
export { read } from "./read.ts"
export * as Shape from "./Shape.ts"
export { notCompiled, wrongCall } from "./wrongCall.ts"
