import { Shape } from "@lead-gateway/document-check"
import { PlainPathOrDotText } from "@lead-gateway/lead-field"
import { conditions } from "./RowConditions.ts"

const fault = Shape.literals(["lead", "customer", "ours"], {
  description: "Whose fault it is: this lead's, the customer's (any lead would fail), or ours.",
})

const health = Shape.optional(
  Shape.literals(["rejected", "unavailable", "unknown"], {
    description:
      "What it shows about the customer: rejected (it answered), unavailable (any lead would fail: circuit breakers count it), unknown. Default: by fault, lead rejected, customer unavailable, ours unknown.",
  }),
)

const reason = Shape.optional(
  Shape.object(
    {
      path: Shape.union(
        [
          PlainPathOrDotText,
          Shape.list(PlainPathOrDotText, { minimum: 1, expected: "a path, or a list of at least one path" }),
        ],
        {
          expected: "a path such as reason, or a list of paths",
          description:
            "Where the customer's own reason is in a JSON body; of several paths the first with a value.",
        },
      ),
    },
    {
      expected: "an object with a path",
      description: "Where the customer's own reason is in the body.",
    },
  ),
)

const means = <const T extends string>(value: T, description: string) =>
  Shape.literals([value], { description })

const retryAfter = Shape.optional(
  Shape.literals([true, false, "required"], {
    expected: 'true, false or "required"',
    description:
      "Whether a Retry-After header of the answer counts; required: the row decides only on answers that have a readable one. Default: true.",
  }),
)

const expected = 'a row: an object that means "delivered", "retry" or "give_up"'

/**
 * What some outcomes mean. The first row whose conditions hold decides.
 *
 * | condition | holds for |
 * |---|---|
 * | `"status": 429`, `"4xx"`, `"500-599"`, `"any"` | answers with this status, from 200 to 999; also a list of these |
 * | `"error": "dns"`, `"refused"`, `"no_route"`, `"connect_timeout"`, `"tls"`, `"reset"`, `"protocol"`, `"unsendable"`, `"other"` | no answer, for this reason |
 * | `"error": "ECONNRESET"`, any name in capitals | no answer, with this error code of the system or of your HTTP client |
 * | `"error": "unreachable"` | no answer, for any of these reasons |
 * | `"error": "timeout"` | the exchange exceeded its timeout |
 * | `"error": "not_sent"` | nothing was sent |
 * | `"error": "outcome_unknown"` | the result of the attempt is unknown |
 * | `"after": "unseen"` | attempts after one of the same delivery whose outcome nobody saw |
 * | `"content_type": "text/html"` | answers of this type |
 * | `"body": { "path": "outcome", "one_of": ["failure"] }` | answers whose JSON body has such a value there |
 * | `"retry_after": "required"` | answers with a readable `Retry-After` |
 *
 * `means` is `"delivered"`, `"retry"` or `"give_up"`; the last two name a `fault`. A `Retry-After` is respected with
 * every answer that is retried, unless `retry_after` is false.
 */
export const ClassificationRow = Shape.variants(
  "means",
  [
    Shape.object({ ...conditions, means: means("delivered", "The customer has the lead.") }, { expected }),
    Shape.object(
      {
        ...conditions,
        means: means("retry", "Another attempt is due, if there is one left."),
        fault,
        health,
        retry_after: retryAfter,
        reason,
      },
      { expected },
    ),
    Shape.object(
      { ...conditions, means: means("give_up", "No retry can succeed."), fault, health, reason },
      { expected },
    ),
  ],
  { expected, reportsKey: true },
)
export type ClassificationRow = Shape.TypeOf<typeof ClassificationRow>

/** The row for every outcome that no other row decides on: other statuses, no answer, timeouts. */
export const lastRow: ClassificationRow = {
  status: "any",
  error: ["unreachable", "timeout"],
  means: "retry",
  fault: "customer",
  retry_after: false,
}

/**
 * The rows for outcomes that a policy's own rows do not decide on. Every outcome meets the conditions of one of them.
 *
 * Answers that a retry cannot change are given up on, among them redirects, which are not followed. A 409 after an
 * attempt that nobody saw is the customer still at work on that one (draft-ietf-httpapi-idempotency-key-header, section
 * 2.7). A status from 600 is treated like a 5xx (RFC 9110, section 15). `Retry-After` is defined for 429 (RFC 6585) and
 * 503 (RFC 9110); in a 409 it says when the customer will be done.
 */
export const defaultClassification: ReadonlyArray<ClassificationRow> = [
  { status: "2xx", means: "delivered" },
  { status: 409, after: "unseen", means: "retry", fault: "customer", health: "rejected" },
  { status: [400, 409, 413, 422], means: "give_up", fault: "lead" },
  { status: 429, means: "retry", fault: "customer", health: "rejected" },
  { status: 503, means: "retry", fault: "customer" },
  { status: ["3xx", 401, 403, 404, 410], means: "give_up", fault: "customer" },
  { status: "4xx", means: "give_up", fault: "customer", health: "rejected" },
  { error: ["not_sent", "unsendable", "outcome_unknown"], means: "retry", fault: "ours" },
  lastRow,
]
