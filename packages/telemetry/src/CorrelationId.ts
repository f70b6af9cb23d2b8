import { type Option, Schema } from "effect"
import { randomUUID } from "node:crypto"

/**
 * What ties together everything that happens to one request or lead: `X-Correlation-ID`, the lead's row,
 * every log line, the delivery to the customer.
 *
 * 1 to 128 visible ASCII characters (0x21–0x7e), so no spaces: it is safe in a header, a line of log and a
 * URL's query after encoding.
 */
export const CorrelationId = Schema.String.check(
  Schema.isPattern(/^[\x21-\x7e]{1,128}$/, { expected: "1 to 128 visible ASCII characters" }),
).pipe(Schema.brand("CorrelationId"))
export type CorrelationId = typeof CorrelationId.Type

const decode = Schema.decodeUnknownOption(CorrelationId)

/** A sender's own correlation id; none when the header is absent or breaks the rules. */
export const fromHeader = (value: string | undefined): Option.Option<CorrelationId> => decode(value)

/** A new correlation id: a random UUID (version 4). */
export const make = (): CorrelationId => CorrelationId.make(randomUUID())
