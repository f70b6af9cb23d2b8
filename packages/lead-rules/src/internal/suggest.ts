/** What others call the operators. */
const otherNames: Readonly<Record<string, string>> = {
  between: "range",
  blank: "absent",
  contains_any: "includes",
  empty: "absent",
  eq: "equals",
  every: "every_item",
  exists: "present",
  gt: "range",
  gte: "range",
  in: "one_of",
  lt: "range",
  lte: "range",
  matches: "pattern",
  ne: "not_equals",
  not_in: "none_of",
  postal_code: "zip",
  regex: "pattern",
  regexp: "pattern",
  required: "present",
  some: "some_item",
  zipcode: "zip",
}

/** The names that are allowed, and the one that was probably meant. */
export const operatorWords = (operators: ReadonlyArray<string>, found: unknown): string => {
  const names = operators.map((name) => `"${name}"`).join(" or ")
  const allowed = `${names}; or all, any or not in its place`
  const meant = typeof found === "string" ? nearest(operators, found.toLowerCase()) : undefined
  return meant === undefined ? allowed : `${allowed} (did you mean "${meant}"?)`
}

const nearest = (names: ReadonlyArray<string>, found: string): string | undefined => {
  const other = Object.hasOwn(otherNames, found) ? otherNames[found] : undefined
  if (other !== undefined) return other
  if (found.length > 20) return undefined
  const plain = found.replaceAll(/[ -]/g, "_")
  return names
    .map((name) => ({ name, distance: distanceOf(name, plain) }))
    .filter(({ name, distance }) => distance <= (name.length < 5 ? 1 : 2))
    .sort((a, b) => a.distance - b.distance)[0]?.name
}

/** How many characters have to be put in, left out or changed (Levenshtein). */
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
