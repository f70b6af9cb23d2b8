/**
 * Retry policies by Effect's `Schema`, for those who use it: to embed a policy in a document of their own, to generate
 * some in tests. Apart from the rest, since Schema is most of what Effect weighs.
 */
import { schemaOf } from "@lead-gateway/document-check/schema"
import { RetryPolicy as shape } from "./RetryPolicy.ts"

/** The schema of a retry policy. Make one ready for use with `compile`, which finds more mistakes than this alone. */
export const RetryPolicy = schemaOf(shape)
export type RetryPolicy = typeof RetryPolicy.Type
