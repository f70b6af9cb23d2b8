import { Shape } from "@lead-gateway/document-check"
import { PlainPathOrDotText } from "@lead-gateway/lead-field"

/** The first and the last status that ends an exchange (RFC 9110, section 15.2: 1xx is interim). */
export const statusBounds = { first: 200, last: 999 } as const

const rangeForm = /^[2-9]\d\d-[2-9]\d\d$/u
const classForm = /^[2-9]xx$/u

/** The first and the last status of an entry of `status`: `429`, `"4xx"`, `"500-599"`, `"any"`. */
export const rangeOf = (entry: number | string): readonly [first: number, last: number] => {
  if (typeof entry === "number") return [entry, entry]
  if (classForm.test(entry)) return [Number(entry[0]) * 100, Number(entry[0]) * 100 + 99]
  return rangeForm.test(entry)
    ? [Number(entry.slice(0, 3)), Number(entry.slice(4))]
    : [statusBounds.first, statusBounds.last]
}

/** An entry that may stand alone or in a list. */
const oneOrMore = <T>(entry: Shape.Shape<T>, description: string): Shape.Shape<T | ReadonlyArray<T>> =>
  Shape.union([entry, Shape.list(entry, { minimum: 1, expected: `${entry.expected}, or a list of them` })], {
    expected: `${entry.expected}, or a list of them`,
    description,
  })

/** The entries of a key that holds one or a list of them. */
export const entriesOf = <T extends string | number>(
  value: T | ReadonlyArray<T> | undefined,
): ReadonlyArray<T> => (value === undefined ? [] : typeof value === "object" ? value : [value])

const expectedStatus = 'a status from 200 to 999 such as 429, "4xx", a range such as "500-599", or "any"'

const Status = Shape.union(
  [
    Shape.integer({ minimum: statusBounds.first, maximum: statusBounds.last, expected: expectedStatus }),
    Shape.text({ form: /^(?:any|[2-9]xx|[2-9]\d\d-[2-9]\d\d)$/u, expected: expectedStatus }),
  ],
  { expected: expectedStatus },
)

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

/** Names of outcomes without an answer that are no single network error. */
const wholes = ["unreachable", "timeout", "not_sent", "outcome_unknown"] as const

const expectedError =
  'a system error code such as "ECONNRESET", or one of ' +
  [...wholes, ...networkErrors].map((name) => JSON.stringify(name)).join(", ")

const ErrorName = Shape.union(
  [
    Shape.literals([...wholes, ...networkErrors], { expected: expectedError }),
    Shape.text({ form: /^[A-Z][A-Z0-9_]*$/u, expected: expectedError }),
  ],
  { expected: expectedError },
)

const expectedType = 'a content type in lower case without parameters, such as "text/html" or "text/*"'

const Scalar = Shape.union(
  [
    Shape.text({ expected: "a text", form: /[^\s\u0085]/u }),
    Shape.exactNumber({ expected: "a number" }),
    Shape.boolean(),
  ],
  { expected: "a text that is not blank, a number, true or false" },
)

const scalars = (description: string) =>
  Shape.optional(
    Shape.list(Scalar, {
      minimum: 1,
      expected: "a list of texts, numbers, true and false",
      expectedLength: "at least one text, number, true or false",
      description,
    }),
  )

/**
 * A condition on the value at a path of a JSON body. It has exactly one of `one_of`, `not_one_of`, `contains`, `present`.
 *
 * A value is present unless it is null, a blank text, an empty list or an empty object. Texts are compared without
 * regard to case and to white space around them. With the path `.`, `contains` looks at the body as it came, JSON or not.
 */
export const BodyCondition = Shape.object(
  {
    path: Shape.annotate(PlainPathOrDotText, {
      description: "Where the value is in the body: errors.0.message; a single dot is the whole body.",
    }),
    one_of: scalars("The value is one of these."),
    not_one_of: scalars("A value is present and none of these."),
    contains: Shape.optional(
      Shape.list(Shape.notBlank, {
        minimum: 1,
        expected: "a list of texts",
        expectedLength: "at least one text",
        description:
          "The value is a text that contains one of these. With the path . the whole body, which need not be JSON.",
      }),
    ),
    present: Shape.optional(
      Shape.boolean({
        description:
          "Whether a value is present: not null, blank or empty. Nothing is present in a body that is not JSON.",
      }),
    ),
  },
  { expected: "an object with a path and one of one_of, not_one_of, contains and present" },
)
export type BodyCondition = Shape.TypeOf<typeof BodyCondition>

/** The keys of a row that say which outcomes it decides on. All that are there must hold. */
export const conditions = {
  status: Shape.optional(oneOrMore(Status, "The statuses of the answers that this row decides on.")),
  error: Shape.optional(oneOrMore(ErrorName, "The outcomes without an answer that this row decides on.")),
  after: Shape.optional(
    Shape.literals(["unseen"], {
      description:
        "Only after an earlier attempt of the same delivery whose outcome nobody saw: a timeout, a reset, a lost worker.",
    }),
  ),
  content_type: Shape.optional(
    oneOrMore(
      Shape.text({ expected: expectedType, form: /^[a-z0-9!#$&^_.+-]+\/(?:\*|[a-z0-9!#$&^_.+-]+)$/u }),
      "Only for answers with one of these content types; parameters such as charset do not count.",
    ),
  ),
  body: Shape.optional(
    Shape.annotate(BodyCondition, { description: "Only for answers whose body meets this condition." }),
  ),
}
