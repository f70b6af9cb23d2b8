import { Shape } from "@lead-gateway/document-check"

/** The network errors that have a name of their own, the one that `customer-client` reports. */
const networkErrors = [
  "dns",
  "refused",
  "no_route",
  "connect_timeout",
  "tls",
  "reset",
  "protocol",
  "unsendable",
  "other",
] as const

/** Outcomes other than a single status or network error: see the table at {@link ClassificationRow}. */
const wholes = ["any_status", "unreachable", "timeout", "not_sent", "outcome_unknown"] as const

/** The valid entries of `outcomes`, as diagnostics describe them. */
const expectedEntry =
  'a status from 100 to 999 such as 429, a range such as "500-599", a system error code such as "ECONNRESET", ' +
  `or one of ${[...wholes, ...networkErrors].map((name) => JSON.stringify(name)).join(", ")}`

const rangeForm = /^[1-9]\d\d-[1-9]\d\d$/u

/** The first and the last status of a range, if the text is one. */
export const rangeOf = (text: string): readonly [from: number, to: number] | undefined =>
  rangeForm.test(text) ? [Number(text.slice(0, 3)), Number(text.slice(4))] : undefined

const Entry = Shape.union(
  [
    Shape.integer({ minimum: 100, maximum: 999, expected: expectedEntry }),
    Shape.literals([...wholes, ...networkErrors], { expected: expectedEntry }),
    Shape.text({ form: rangeForm, expected: expectedEntry }),
    Shape.text({ form: /^[A-Z][A-Z0-9_]*$/u, expected: expectedEntry }),
  ],
  { expected: expectedEntry, description: `A status or a network error: ${expectedEntry}.` },
)

const outcomes = Shape.list(Entry, {
  identifier: "Outcomes",
  minimum: 1,
  expected: "a list of statuses and network errors",
  expectedLength: "at least one status or network error",
  description: "The outcomes that this row decides on, except those that an earlier row lists.",
})

const fault = Shape.literals(["lead", "customer", "ours"], {
  description:
    "Whose fault it is: this lead's, the customer's (any lead would fail), or ours. For people: it changes no decision.",
})

const means = <const T extends string>(value: T, description: string) =>
  Shape.literals([value], { description })

const expected = 'a row: an object that means "delivered", "retry" or "give_up"'

/**
 * What some outcomes mean. The first row that lists an outcome decides on it.
 *
 * | in `outcomes` | is |
 * |---|---|
 * | `429` | this status |
 * | `"500-599"` | a status from 500 to 599 |
 * | `"any_status"` | every answer, including numbers that are no status from 100 to 999 |
 * | `"dns"`, `"refused"`, `"no_route"`, `"connect_timeout"`, `"tls"`, `"reset"`, `"protocol"`, `"unsendable"`, `"other"` | no answer, for this reason |
 * | `"ECONNRESET"`, any name in capitals | no answer, with this error code of the system or of your HTTP client |
 * | `"unreachable"` | no answer, for any reason |
 * | `"timeout"` | the exchange exceeded its timeout |
 * | `"not_sent"` | nothing was sent |
 * | `"outcome_unknown"` | the result of the attempt is unknown |
 *
 * `means` is `"delivered"`, `"retry"` or `"give_up"`; the last two name a `fault`. A `Retry-After` is respected with
 * every answer that is retried, unless `retry_after` is false.
 */
export const ClassificationRow = Shape.variants(
  "means",
  [
    Shape.object({ outcomes, means: means("delivered", "The customer has the lead.") }, { expected }),
    Shape.object(
      {
        outcomes,
        means: means("retry", "Another attempt is due, if there is one left."),
        fault,
        retry_after: Shape.optional(
          Shape.boolean({ description: "Whether a Retry-After header of the answer counts. Default: true." }),
        ),
      },
      { expected },
    ),
    Shape.object({ outcomes, means: means("give_up", "No retry can succeed."), fault }, { expected }),
  ],
  { expected, reportsKey: true },
)
export type ClassificationRow = Shape.TypeOf<typeof ClassificationRow>

/** The row for every outcome that no other row lists: other statuses, no answer, timeouts. */
export const lastRow = {
  outcomes: ["any_status", "unreachable", "timeout"],
  means: "retry",
  fault: "customer",
  retry_after: false,
} as const satisfies ClassificationRow

/**
 * The rows for outcomes that a policy does not list. Every outcome is in one of them.
 *
 * Answers that a retry cannot change are given up on, among them redirects, which are not followed. A number that is
 * not a final status (1xx, below 100, from 600) is treated like a 5xx (RFC 9110, section 15). `Retry-After` is defined
 * for 429 (RFC 6585) and 503 (RFC 9110) only.
 */
export const defaultClassification: ReadonlyArray<ClassificationRow> = [
  { outcomes: ["200-299"], means: "delivered" },
  { outcomes: [400, 409, 413, 422], means: "give_up", fault: "lead" },
  { outcomes: [429, 503], means: "retry", fault: "customer", retry_after: true },
  { outcomes: ["300-499"], means: "give_up", fault: "customer" },
  { outcomes: ["not_sent", "outcome_unknown"], means: "retry", fault: "ours" },
  lastRow,
]
