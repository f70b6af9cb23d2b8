/** Rows that contradict themselves, and rows that never apply because rows above them decide. */
import type { Path, Report } from "@lead-gateway/document-check"
import type { ClassificationRow } from "../ClassificationRow.ts"
import { unsentErrors } from "../Outcome.ts"
import { entriesOf, rangeOf } from "../RowConditions.ts"
import { atomsOf, type Atom, covers } from "./rowCoverage.ts"
import { isNetworkError } from "./table.ts"

/** Reports contradictions within rows and between them. */
export const reportRows = (report: Report, rows: ReadonlyArray<ClassificationRow>): void => {
  for (const [index, row] of rows.entries()) {
    const at: Path = ["classification", index]
    reportConditions(report, at, row)
    if (row.means === "delivered") reportUnsent(report, at, row)
    else if (row.fault === "lead" && row.health === "unavailable") {
      report([...at, "health"], row.health, 'no "unavailable": a fault of the lead says nothing about others')
    }
  }
  reportDead(report, rows)
}

const reportConditions = (report: Report, at: Path, row: ClassificationRow): void => {
  const { body, content_type, error, status } = row
  if (status === undefined && error === undefined) {
    report([...at, "status"], undefined, "a status or an error: a row has at least one of the two")
  }
  const looksAtAnswer = [
    body === undefined ? [] : ["body"],
    content_type === undefined ? [] : ["content_type"],
    row.means === "retry" && row.retry_after === "required" ? ["retry_after"] : [],
    row.means !== "delivered" && row.reason !== undefined && status === undefined ? ["reason"] : [],
  ].flat()
  if (error !== undefined && looksAtAnswer.length > 0) {
    report(
      [...at, "error"],
      error,
      `no error in a row with ${looksAtAnswer.join(", ")}: only answers have these`,
    )
  }
  if (body === undefined) return
  const tests = (["one_of", "not_one_of", "contains", "present"] as const).filter(
    (key) => body[key] !== undefined,
  )
  if (tests.length !== 1) {
    report([...at, "body"], body, "exactly one of one_of, not_one_of, contains and present")
  }
}

const reportUnsent = (report: Report, at: Path, { error }: ClassificationRow): void => {
  for (const [entry, value] of entriesOf(error).entries()) {
    if (value !== "not_sent" && !unsentErrors.has(value)) continue
    const expected = "what the customer may have seen: a row of deliveries"
    report(pathOf(at, "error", error, entry), value, expected)
  }
}

/** An entry stands alone, or in a list. */
const pathOf = (at: Path, key: "status" | "error", value: unknown, entry: number): Path =>
  Array.isArray(value) ? [...at, key, entry] : [...at, key]

/** An outcome that an entry lists: a status, or the name of an error. */
type Listed = number | string

/** The atoms of rows that list an outcome, with the index of the row. */
type Seen = Map<Listed, Array<{ readonly index: number; readonly atom: Atom }>>

const reportDead = (report: Report, rows: ReadonlyArray<ClassificationRow>): void => {
  const seen: Seen = new Map()
  for (const [index, row] of rows.entries()) {
    const atoms = atomsOf(row)
    for (const key of ["status", "error"] as const) {
      for (const [entry, value] of entriesOf<number | string>(row[key]).entries()) {
        const place = pathOf(["classification", index], key, row[key], entry)
        const outcomes = outcomesOf(key, value)
        if (outcomes.length === 0) {
          report(place, value, "a range from the lower status to the higher")
          continue
        }
        const owners = ownersOf(seen, outcomes, atoms)
        if (owners !== undefined) {
          const above = [...owners].map((owner) => `classification.${owner}`).join(", ")
          report(place, value, `what is not decided by a row above: ${above}`)
        }
        for (const outcome of outcomes) {
          const list = seen.get(outcome) ?? []
          seen.set(outcome, list)
          for (const atom of atoms) list.push({ index, atom })
        }
      }
    }
  }
}

const outcomesOf = (key: "status" | "error", value: Listed): ReadonlyArray<Listed> => {
  if (key === "error") return [value]
  const [first, last] = rangeOf(value)
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, index) => first + index)
}

/** The rows that decide on all of it, if there are such. */
const ownersOf = (
  seen: Seen,
  outcomes: ReadonlyArray<Listed>,
  atoms: ReadonlyArray<Atom>,
): ReadonlySet<number> | undefined => {
  const owners = new Set<number>()
  for (const outcome of outcomes) {
    const wider = typeof outcome === "string" && isNetworkError(outcome) ? seen.get("unreachable") : undefined
    const candidates = [...(seen.get(outcome) ?? []), ...(wider ?? [])]
    for (const atom of atoms) {
      const owner = candidates.find((candidate) => covers(candidate.atom, atom))
      if (owner === undefined) return undefined
      owners.add(owner.index)
    }
  }
  return owners
}
