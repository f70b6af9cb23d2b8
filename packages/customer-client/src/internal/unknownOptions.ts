/** Options that no client has: misspelt ones would otherwise be ignored, and a default would apply silently. */
import type { CustomerApi, OptionDiagnostic } from "../CustomerApi.ts"

/** Every option that both APIs have; their timeouts have names of their own. */
const shared: Readonly<Record<keyof CustomerApi, true>> = {
  url: true,
  auth: true,
  signingSecrets: true,
  idempotencyHeader: true,
  headers: true,
  http2: true,
  maxResponseBytes: true,
  allowPrivate: true,
  allow: true,
}

/** A diagnostic for each option that is set and that no client has. `times` are the names of the timeouts. */
export const unknownOptions = (
  options: object,
  times: ReadonlyArray<string>,
): ReadonlyArray<OptionDiagnostic> => {
  const known = [...Object.keys(shared), ...times]
  return Object.entries(options).flatMap(([name, value]) =>
    value === undefined || known.includes(name)
      ? []
      : [{ path: printName(name), actual: undefined, expected: expectedInsteadOf(name, known) }],
  )
}

const expectedInsteadOf = (name: string, known: ReadonlyArray<string>): string => {
  const nearest = nearestTo(name, known)
  const options = `one of the options ${known.join(", ")}`
  return nearest === undefined ? options : `${options}; did you mean ${nearest}?`
}

/** On one line, and not longer than a name is. */
const printName = (name: string): string =>
  /^[\w$-]{1,100}$/.test(name) ? name : JSON.stringify(name.slice(0, 100))

const nearestTo = (name: string, known: ReadonlyArray<string>): string | undefined => {
  if (name.length > 100) return undefined
  const [nearest] = known
    .map((option) => ({ option, edits: editDistance(name.toLowerCase(), option.toLowerCase()) }))
    .filter(({ edits, option }) => edits <= (option.length < 6 ? 1 : 2))
    .sort((a, b) => a.edits - b.edits)
  return nearest?.option
}

/** Letters inserted, left out, replaced, or swapped with their neighbour (optimal string alignment). */
const editDistance = (a: string, b: string): number => {
  let beforeLast: ReadonlyArray<number> = []
  let last: ReadonlyArray<number> = Array.from({ length: b.length + 1 }, (_, j) => j)
  for (let i = 1; i <= a.length; i++) {
    const row = [i]
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1
      const isSwap = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]
      row.push(
        Math.min(
          (last[j] ?? 0) + 1,
          (row[j - 1] ?? 0) + 1,
          (last[j - 1] ?? 0) + cost,
          isSwap ? (beforeLast[j - 2] ?? 0) + 1 : Number.POSITIVE_INFINITY,
        ),
      )
    }
    beforeLast = last
    last = row
  }
  return last[b.length] ?? 0
}
