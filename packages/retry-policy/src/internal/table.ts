/** The rows of a policy, indexed by outcome, as `classify` uses them. */
import type { FieldPath } from "@lead-gateway/lead-field"
import { type Classification, classificationOf } from "../Classification.ts"
import { type ClassificationRow, defaultClassification, lastRow } from "../ClassificationRow.ts"
import { entriesOf, rangeOf, statusBounds } from "../RowConditions.ts"
import { type BodyTest, bodyTestOf, pathOf } from "./AnswerBody.ts"

/** A row that may decide on an outcome. */
export interface Case {
  readonly classification: Classification
  /** Where the customer's own reason is. */
  readonly reason: ReadonlyArray<FieldPath> | undefined
  /** What must hold besides the outcome; `undefined` if nothing must. */
  readonly conditions: Conditions | undefined
  /** The next row that lists the outcome; `undefined` after a row without conditions. */
  readonly otherwise: Case | undefined
}

/** The conditions of a row besides status and error. */
export interface Conditions {
  readonly isAfterUnseen: boolean
  readonly needsRetryAfter: boolean
  /** Types such as `text/html` and prefixes such as `text/`. */
  readonly contentTypes: ReadonlySet<string> | undefined
  readonly body: BodyTest | undefined
}

/** The rows of a policy and the default ones, by outcome. */
export interface ClassificationTable {
  /** From status 200 to 999. */
  readonly statuses: ReadonlyArray<Case>
  /** By name or code, of the network errors that a row lists. */
  readonly errors: ReadonlyMap<string, Case>
  readonly unreachable: Case
  readonly protocol: Case
  readonly timeout: Case
  readonly notSent: Case
  readonly outcomeUnknown: Case
}

/** Indexes the rows of a policy, followed by the default ones. */
export const tabulate = (own: ReadonlyArray<ClassificationRow>): ClassificationTable => {
  const rows = [...own, ...defaultClassification].map((row) => ({
    row,
    ranges: entriesOf(row.status).map(rangeOf),
    errors: new Set<string>(entriesOf(row.error)),
    conditions: conditionsOf(row),
  }))
  const chains = new Map<string, Case>()
  const chainOf = (lists: (row: (typeof rows)[number]) => boolean): Case => {
    const all = rows.flatMap((row, index) => (lists(row) ? [{ ...row, index }] : []))
    const last = all.findIndex(({ conditions }) => conditions === undefined)
    const listed = last < 0 ? all : all.slice(0, last + 1)
    // Most statuses share their rows with others.
    const name = listed.map(({ index }) => index).join()
    const chain = chains.get(name) ?? listed.reduceRight<Case | undefined>(caseOf, undefined)
    const found = chain ?? caseOf(undefined, { row: lastRow, conditions: undefined })
    chains.set(name, found)
    return found
  }
  const errorCase = (error: string) => chainOf(({ errors }) => errors.has(error))
  const networkCase = (error: string) =>
    chainOf(({ errors }) => errors.has(error) || errors.has("unreachable"))
  const names = new Set(rows.flatMap(({ errors }) => [...errors]).filter(isNetworkError))
  return {
    statuses: Array.from({ length: statusBounds.last - statusBounds.first + 1 }, (_, index) => {
      const status = statusBounds.first + index
      return chainOf(({ ranges }) => ranges.some(([first, last]) => first <= status && status <= last))
    }),
    errors: new Map(Array.from(names, (name) => [name, networkCase(name)])),
    unreachable: networkCase("unreachable"),
    protocol: networkCase("protocol"),
    timeout: errorCase("timeout"),
    notSent: errorCase("not_sent"),
    outcomeUnknown: errorCase("outcome_unknown"),
  }
}

const caseOf = (
  otherwise: Case | undefined,
  { conditions, row }: { readonly row: ClassificationRow; readonly conditions: Conditions | undefined },
): Case => ({
  classification: classificationOf(row),
  reason:
    row.means === "delivered" || row.reason === undefined
      ? undefined
      : entriesOf(row.reason.path).map(pathOf),
  conditions,
  otherwise,
})

const conditionsOf = (row: ClassificationRow): Conditions | undefined => {
  const { after, body, content_type } = row
  const needsRetryAfter = row.means === "retry" && row.retry_after === "required"
  if (after === undefined && body === undefined && content_type === undefined && !needsRetryAfter) {
    return undefined
  }
  return {
    isAfterUnseen: after !== undefined,
    needsRetryAfter,
    contentTypes:
      content_type === undefined
        ? undefined
        : new Set(entriesOf(content_type).map((type) => type.replace(/\*$/, ""))),
    body: body === undefined ? undefined : bodyTestOf(body),
  }
}

/** Whether a name of `error` is one of those that `"unreachable"` covers. */
export const isNetworkError = (name: string): boolean => !others.has(name)

const others: ReadonlySet<string> = new Set(["unreachable", "timeout", "not_sent", "outcome_unknown"])
