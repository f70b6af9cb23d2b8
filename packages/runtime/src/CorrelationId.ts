import { Option, Schema } from "effect"
import { randomUUID } from "node:crypto"

const pattern = /^[\x21-\x7e]{1,128}$/

/**
 * What ties together everything that happens to one request or lead: `X-Correlation-ID`, the lead's row,
 * every log line, the delivery to the customer.
 *
 * 1 to 128 visible ASCII characters (0x21–0x7e), so no spaces: it is safe in a header, a line of log and a
 * URL's query after encoding.
 */
export const CorrelationId = Schema.String.check(
  Schema.isPattern(pattern, { expected: "1 to 128 visible ASCII characters" }),
).pipe(Schema.brand("CorrelationId"))
export type CorrelationId = typeof CorrelationId.Type

/** A sender's own correlation id; none when the header is absent or breaks the rules. */
export const fromHeader = (value: string | undefined): Option.Option<CorrelationId> =>
  value !== undefined && pattern.test(value) ? Option.some(value as CorrelationId) : Option.none()

/** A new correlation id: a random UUID (version 4). */
export const make = (): CorrelationId => randomUUID() as string as CorrelationId
