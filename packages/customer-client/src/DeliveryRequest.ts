/** One lead on its way to a customer. */
export interface DeliveryRequest {
  /** JSON text, sent byte for byte as UTF-8. */
  readonly body: string
  /** The same for every attempt to deliver a lead, so that the customer can tell a repetition; never empty. */
  readonly idempotencyKey: string
  /** Sent as `X-Correlation-ID`; the header is left out without it. */
  readonly correlationId?: string | undefined
  /** W3C Trace Context, `00-<trace id>-<span id>-<flags>`; the header is left out without it. */
  readonly traceparent?: string | undefined
  /** W3C Trace Context, `vendor=value,…`; left out without it, and without a `traceparent`. */
  readonly tracestate?: string | undefined
}
