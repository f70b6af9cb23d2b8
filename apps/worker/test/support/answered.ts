import { DeliveryOutcome } from "@lead-gateway/customer-client"

/** A customer's answer after 12 ms; without a body unless given. */
export const answered = (
  status: number,
  more: {
    readonly retryAfter?: string
    readonly date?: string
    readonly body?: string
    readonly unreadable?: string
  } = {},
): Extract<DeliveryOutcome, { readonly _tag: "Answered" }> =>
  DeliveryOutcome.Answered({
    status,
    retryAfter: more.retryAfter,
    date: more.date,
    contentType: undefined,
    body: more.body ?? "",
    truncated: more.unreadable !== undefined,
    unreadable: more.unreadable,
    durationMs: 12,
  })
