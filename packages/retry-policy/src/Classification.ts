import { type ClassificationRow, defaultClassification, lastRow, rangeOf } from "./ClassificationRow.ts"
import type { Fault, Outcome } from "./Outcome.ts"

/** What an outcome means according to a policy. */
export interface Classification {
  /** Whether the customer has the lead, another attempt may succeed, or none can. */
  readonly means: "delivered" | "retry" | "give_up"
  /** Whose fault the failed attempt is; `undefined` for a delivery. For people: it changes no decision. */
  readonly fault: Fault | undefined
  /** Whether a `Retry-After` header of the answer is respected. */
  readonly retryAfter: boolean
}

/** The rows of a policy, followed by the default ones, indexed by outcome for {@link classify}. */
export interface ClassificationTable {
  /** By status, from 100 to 999. */
  readonly statuses: ReadonlyMap<number, Classification>
  /** By name or code, of the network errors that a row lists. */
  readonly errors: ReadonlyMap<string, Classification>
  readonly anyStatus: Classification
  readonly unreachable: Classification
  readonly timeout: Classification
  readonly notSent: Classification
  readonly outcomeUnknown: Classification
}

/**
 * Classifies an outcome by the first row of the policy that lists it, else by the default table.
 *
 * | outcome | by the default table | fault | because |
 * |---|---|---|---|
 * | 2xx | delivered | none | |
 * | 400, 409, 413, 422 | give up | `lead` | it is about the content of this lead; another one may be accepted |
 * | 429 | retry | `customer` | a quota: any lead would fail |
 * | other 3xx and 4xx, such as 301, 401, 404 | give up | `customer` | address or token: any lead would fail |
 * | 5xx, and any number that is not a final status (1xx, below 100, from 600) | retry | `customer` | the API is broken |
 * | unreachable, timed out | retry | `customer` | the API is down |
 * | not sent | retry | `ours` | our configuration is wrong |
 * | outcome unknown | retry | `ours` | a worker died |
 *
 * Total: any other value is classified like `OutcomeUnknown`.
 */
export const classify = (
  { classification }: { readonly classification: ClassificationTable },
  outcome: Outcome,
): Classification => {
  switch (outcome?._tag) {
    case "Answered":
      return classification.statuses.get(outcome.status) ?? classification.anyStatus
    case "Unreachable":
      return classification.errors.get(outcome.kind) ?? classification.unreachable
    case "TimedOut":
      return classification.timeout
    case "NotSent":
      return classification.notSent
    default:
      return classification.outcomeUnknown
  }
}

/** Indexes the rows of a policy and the default ones. */
export const tabulate = (rows: ReadonlyArray<ClassificationRow>): ClassificationTable => {
  const { owners } = ownersOf([...rows, ...defaultClassification])
  const meaningOf = (outcome: number | string) => classificationOf(owners.get(outcome)?.row ?? lastRow)
  const outcomes = [...owners.keys()]
  return {
    statuses: new Map(
      outcomes.filter((outcome) => typeof outcome === "number").map((status) => [status, meaningOf(status)]),
    ),
    errors: new Map(outcomes.filter(isNetworkError).map((error) => [error, meaningOf(error)])),
    anyStatus: meaningOf("any_status"),
    unreachable: meaningOf("unreachable"),
    timeout: meaningOf("timeout"),
    notSent: meaningOf("not_sent"),
    outcomeUnknown: meaningOf("outcome_unknown"),
  }
}

const classificationOf = (row: ClassificationRow): Classification => ({
  means: row.means,
  fault: row.means === "delivered" ? undefined : row.fault,
  retryAfter: row.means === "retry" && (row.retry_after ?? true),
})

/** A row and its index in the classification. */
interface PlacedRow {
  readonly row: ClassificationRow
  readonly index: number
}

/**
 * The row that decides on each outcome: statuses by number, other outcomes by name. `"any_status"` stands for numbers
 * that are no status from 100 to 999, `"unreachable"` for network errors that no row lists.
 */
type Owners = ReadonlyMap<number | string, PlacedRow>

/** An entry of a row that never applies, because earlier rows decide on all of its outcomes. */
interface DeadEntry extends PlacedRow {
  readonly entry: number
  readonly value: number | string
  readonly owners: ReadonlySet<PlacedRow>
}

/** Determines the row that decides on each outcome, and the entries that never apply. */
export const ownersOf = (
  rows: ReadonlyArray<ClassificationRow>,
): { readonly owners: Owners; readonly dead: ReadonlyArray<DeadEntry> } => {
  const owners = new Map<number | string, PlacedRow>()
  const dead: Array<DeadEntry> = []
  for (const [index, row] of rows.entries()) {
    const placed = { row, index }
    for (const [entry, value] of row.outcomes.entries()) {
      const outcomes = outcomesOf(value)
      const before = outcomes.map((outcome) => owners.get(outcome) ?? ownerOfAll(owners, outcome))
      const taken = before.filter((owner) => owner !== undefined)
      if (taken.length === outcomes.length) dead.push({ ...placed, entry, value, owners: new Set(taken) })
      for (const [i, outcome] of outcomes.entries()) {
        if (before[i] === undefined) owners.set(outcome, placed)
      }
    }
  }
  return { owners, dead }
}

/** The outcomes of one entry. `"unreachable"` is kept as it is, because the codes of network errors cannot be enumerated. */
const outcomesOf = (value: number | string): ReadonlyArray<number | string> => {
  if (typeof value === "number") return [value]
  if (value === "any_status") return [value, ...statuses(100, 999)]
  const range = rangeOf(value)
  return range === undefined ? [value] : statuses(...range)
}

const statuses = (from: number, to: number): ReadonlyArray<number> =>
  Array.from({ length: Math.max(0, to - from + 1) }, (_, index) => from + index)

const ownerOfAll = (owners: Owners, outcome: number | string): PlacedRow | undefined =>
  isNetworkError(outcome) ? owners.get("unreachable") : undefined

/** Whether an outcome is one of those that `"unreachable"` covers. */
const isNetworkError = (outcome: number | string): outcome is string =>
  typeof outcome === "string" && !others.has(outcome)

const others: ReadonlySet<string> = new Set(["any_status", "timeout", "not_sent", "outcome_unknown"])
