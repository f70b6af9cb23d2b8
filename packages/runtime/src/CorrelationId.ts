import { Option, Schema } from "effect"
import { randomUUID } from "node:crypto"

const pattern = /^[\x21-\x7e]{1,128}$/

/**
 * Identifies everything that happens to one request or lead: it is in the header `X-Correlation-ID`, the lead's row,
 * every log line and the delivery to the customer.
 *
 * 1 to 128 visible ASCII characters (0x21–0x7e), so no spaces: it is safe in a header, in a log line and, encoded, in a
 * URL's query.
 */
export const CorrelationId = Schema.String.check(
  Schema.isPattern(pattern, { expected: "1 to 128 visible ASCII characters" }),
).pipe(Schema.brand("CorrelationId"))
export type CorrelationId = typeof CorrelationId.Type

/** A sender's own correlation id; none when the header is absent or not a valid id. */
export const fromHeader = (value: string | undefined): Option.Option<CorrelationId> =>
  value !== undefined && pattern.test(value) ? Option.some(value as CorrelationId) : Option.none()

/** A new correlation id: a random UUID (version 4). */
export const make = (): CorrelationId => randomUUID() as string as CorrelationId
