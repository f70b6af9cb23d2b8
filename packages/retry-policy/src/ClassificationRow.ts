import { Shape } from "@lead-gateway/document-check"

/** The network errors that have a word of their own: what `customer-client` calls them. */
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

/** What is no one status and no one network error: see the table at {@link ClassificationRow}. */
const wholes = ["any_status", "unreachable", "timeout", "not_sent", "outcome_unknown"] as const

/** What an entry of `outcomes` may be, in words. */
const entryInWords =
  'a status from 100 to 999 such as 429, a range such as "500-599", a system error code such as "ECONNRESET", ' +
  `or one of ${[...wholes, ...networkErrors].map((word) => JSON.stringify(word)).join(", ")}`

const rangeForm = /^[1-9]\d\d-[1-9]\d\d$/u

/** The first and the last status of a range, if the text is one. */
export const rangeOf = (text: string): readonly [from: number, to: number] | undefined =>
  rangeForm.test(text) ? [Number(text.slice(0, 3)), Number(text.slice(4))] : undefined

const Entry = Shape.union(
  [
    Shape.integer({ minimum: 100, maximum: 999, expected: entryInWords }),
    Shape.literals([...wholes, ...networkErrors], { expected: entryInWords }),
    Shape.text({ form: rangeForm, expected: entryInWords }),
    Shape.text({ form: /^[A-Z][A-Z0-9_]*$/u, expected: entryInWords }),
  ],
  { expected: entryInWords, description: `A status or a network error: ${entryInWords}.` },
)

const outcomes = Shape.list(Entry, {
  identifier: "Outcomes",
  minimum: 1,
  expected: "a list of statuses and network errors",
  expectedLength: "at least one status or network error",
  description: "The outcomes that this row decides on, but for those that a row above has.",
})

const fault = Shape.literals(["lead", "customer", "ours"], {
  description:
    "Whose fault it is: this lead's, the customer's (any lead would fail), or ours. It is told to people and changes no decision.",
})

const means = <const T extends string>(value: T, description: string) =>
  Shape.literals([value], { description })

const expected = 'a row: an object that means "delivered", "retry" or "give_up"'

/**
 * What follows from some outcomes. Rows are looked at in order, the first that has the outcome decides.
 *
 * | in `outcomes` | is |
 * |---|---|
 * | `429` | this status |
 * | `"500-599"` | a status from 500 to 599 |
 * | `"any_status"` | every answer, also with what is no status from 100 to 999 |
 * | `"dns"`, `"refused"`, `"no_route"`, `"connect_timeout"`, `"tls"`, `"reset"`, `"protocol"`, `"unsendable"`, `"other"` | no answer, for this reason |
 * | `"ECONNRESET"`, any word in capitals | no answer, with this code of the system or of your HTTP client |
 * | `"unreachable"` | no answer, for whatever reason |
 * | `"timeout"` | the exchange took longer than it may |
 * | `"not_sent"` | nothing left this machine |
 * | `"outcome_unknown"` | nobody saw how the attempt ended |
 *
 * `means` is `"delivered"`, `"retry"` or `"give_up"`; the last two name a `fault`. A `Retry-After` counts with
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
    Shape.object({ outcomes, means: means("give_up", "No retry can mend it."), fault }, { expected }),
  ],
  { expected, reportsKey: true },
)
export type ClassificationRow = Shape.TypeOf<typeof ClassificationRow>

/** What no other row has: an answer that is none or that is broken, and no answer. */
export const lastRow = {
  outcomes: ["any_status", "unreachable", "timeout"],
  means: "retry",
  fault: "customer",
  retry_after: false,
} as const satisfies ClassificationRow

/**
 * What is decided on outcomes that no row of a policy has; every outcome is in it.
 *
 * Refused is what no retry can mend, redirects, which nobody follows, among it. What is no final status (1xx,
 * below 100, from 600) is as a 5xx (RFC 9110, section 15). `Retry-After` has a meaning with 429 (RFC 6585) and
 * 503 (RFC 9110) alone.
 */
export const defaultClassification: ReadonlyArray<ClassificationRow> = [
  { outcomes: ["200-299"], means: "delivered" },
  { outcomes: [400, 409, 413, 422], means: "give_up", fault: "lead" },
  { outcomes: [429, 503], means: "retry", fault: "customer", retry_after: true },
  { outcomes: ["300-499"], means: "give_up", fault: "customer" },
  { outcomes: ["not_sent", "outcome_unknown"], means: "retry", fault: "ours" },
  lastRow,
]
