/**
 * Retry policies as an Effect `Schema`: to embed a policy in a document of your own, to generate policies in tests. In
 * an entry of its own because Schema is most of the weight of Effect.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { RetryPolicy as shape } from "./RetryPolicy.ts"

/** The schema of a retry policy. `compilePolicy` prepares a policy for use and reports contradictions, which this cannot. */
export const RetryPolicy = schemaOf(shape)
export type RetryPolicy = typeof RetryPolicy.Type
