/**
 * Documents and Effect's `Schema`, in an entry of its own because Schema is most of the weight of Effect.
 *
 * `schemaOf` makes a schema of a shape; `reportIssue` reports why a schema of your own rejected a document. The main
 * entry does not load this one.
 */
export { expected, reportIssue } from "./reportIssue.ts"
export { schemaOf } from "./schemaOf.ts"
