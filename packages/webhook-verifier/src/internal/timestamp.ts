/** The units in which senders write times. */
export type TimeUnit = "s" | "ms" | "iso"

const forms: Readonly<Record<TimeUnit, RegExp>> = {
  s: /^(?:0|[1-9]\d{0,11})$/,
  ms: /^(?:0|[1-9]\d{0,14})$/,
  iso: /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d{1,9})?(?:Z|[+-]\d\d:\d\d)$/,
}

/** The milliseconds since 1970 of a time; `NaN` of a text that is none. No signs, decimals, exponents or white space. */
export const millisOf = (text: string, unit: TimeUnit): number => {
  if (!forms[unit].test(text)) return Number.NaN
  if (unit === "iso") return Date.parse(text)
  return unit === "s" ? Number(text) * 1000 : Number(text)
}
