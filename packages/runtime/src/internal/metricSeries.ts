/** The series of one metric, by the values of its labels. */

/** A series and its label values. */
export type SeriesReading<A> = readonly [values: ReadonlyArray<string>, value: A]

/** Keeps series, `most` of them; what comes later shares one whose labels are all `other`. */
export const keepSeries = <A>(labels: ReadonlyArray<string>, most: number, make: () => A) => {
  const all = new Map<string, SeriesReading<A>>()
  const others = labels.map(() => "other")

  const add = (key: string, values: ReadonlyArray<string>): A => {
    const made = make()
    all.set(key, [values, made])
    return made
  }
  const of = (...values: ReadonlyArray<string>): A => {
    const key = values.join("\n")
    const known = all.get(key)
    if (known !== undefined) return known[1]
    if (all.size < most) return add(key, values)
    const other = others.join("\n")
    return all.get(other)?.[1] ?? add(other, others)
  }
  // A metric without labels is shown before anything has happened.
  if (labels.length === 0) of()

  return { series: { of }, read: () => [...all.values()] }
}
