/**
 * Documents by Effect's `Schema`: apart from the rest, since Schema is most of what Effect weighs.
 *
 * `schemaOf` makes a schema of a shape; `reportIssue` reports what a schema of your own found wrong. Nothing of the
 * package's main entry needs this one.
 */
export { reportIssue } from "./reportIssue.ts"
export { schemaOf } from "./schemaOf.ts"
export { expected, NotBlank, SchemaReference, textOf } from "./words.ts"
