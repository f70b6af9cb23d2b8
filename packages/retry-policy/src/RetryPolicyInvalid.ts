import { DocumentInvalid } from "@lead-gateway/document-check"

/**
 * A retry policy that cannot be used, with every mistake in it.
 *
 * The message has one line for each, for example
 * `backoff.base: found "30", expected a duration such as 500ms, 5s, 10m, 1h or 2d, from 1ms to 365d`.
 */
export class RetryPolicyInvalid extends DocumentInvalid("RetryPolicyInvalid", "retry policy") {}
