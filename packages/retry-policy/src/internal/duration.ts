const millisPerUnit = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1000, ms: 1 } as const

/** A whole number and a unit. The flag has the pattern exported into the JSON Schema. */
export const durationForm = /^(0|[1-9]\d{0,11})(ms|s|m|h|d)$/u

/** The same, but not zero. */
export const positiveDurationForm = /^[1-9]\d{0,11}(ms|s|m|h|d)$/u

/** The milliseconds of a text that has the form; `NaN` of any other. */
export const msOf = (text: string): number => {
  const [, count, unit] = durationForm.exec(text) ?? []
  return Number(count) * millisPerUnit[unit as keyof typeof millisPerUnit]
}

/** Milliseconds in the units that are in them, the largest first: `"7m 30s"`; 0 is `"0s"`. */
export const printMs = (ms: number): string => {
  let rest = ms
  const parts: Array<string> = []
  for (const [unit, millis] of Object.entries(millisPerUnit)) {
    const count = Math.floor(rest / millis)
    rest -= count * millis
    if (count > 0) parts.push(`${count}${unit}`)
  }
  return parts.join(" ") || "0s"
}
