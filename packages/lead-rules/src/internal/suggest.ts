import { fieldDefinitions, quantifierDefinitions } from "./operators/table.ts"

const definitions = Object.entries({ ...fieldDefinitions, ...quantifierDefinitions })

const names = definitions.map(([name]) => name)

/** The operators by the names that other rule languages give them. */
const aliases = new Map(definitions.flatMap(([name, { aliases }]) => aliases.map((alias) => [alias, name])))

/** What an unknown operator is told to be: one of all operators, and the one that was probably meant. */
export const expectedOperator = (actual: unknown): string => {
  const all = `${names.map((name) => `"${name}"`).join(" or ")}; or all, any or not in its place`
  const meant = typeof actual === "string" ? nearestTo(actual.toLowerCase()) : undefined
  return meant === undefined ? all : `${all} (did you mean "${meant}"?)`
}

const nearestTo = (actual: string): string | undefined => {
  const alias = aliases.get(actual)
  if (alias !== undefined) return alias
  if (actual.length > 20) return undefined
  const spelled = actual.replaceAll(/[ -]/g, "_")
  return names
    .map((name) => ({ name, distance: distanceOf(name, spelled) }))
    .filter(({ name, distance }) => distance <= (name.length < 5 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)[0]?.name
}

/** The edit distance (Levenshtein). */
const distanceOf = (a: string, b: string): number => {
  let row = Array.from({ length: b.length + 1 }, (_, index) => index)
  for (let i = 1; i <= a.length; i++) {
    const next = [i]
    for (let j = 1; j <= b.length; j++) {
      const change = (row[j - 1] ?? 0) + (a[i - 1] === b[j - 1] ? 0 : 1)
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1))
    }
    row = next
  }
  return row[b.length] ?? 0
}
