const number = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** A JSON number taken apart: what matters for comparing values and for checking limits. */
export interface Decimal {
  readonly integer: string
  readonly fraction: string
  readonly exponent: number
}

/** Takes a JSON number's text apart; undefined for other texts (`NaN`, `Infinity`). */
export const decimal = (source: string): Decimal | undefined => {
  const match = number.exec(source)
  return match === null
    ? undefined
    : { integer: match[1] ?? "0", fraction: match[2] ?? "", exponent: Number(match[3] ?? 0) }
}

/** One text per value: significant digits and the power of ten of the last one. `1.50` and `15e-1` agree. */
const canonical = ({ integer, fraction, exponent }: Decimal): string => {
  const digits = (integer + fraction).replace(/^0+/, "")
  const significant = digits.replace(/0+$/, "")
  return significant === ""
    ? "0"
    : `${significant}e${exponent - fraction.length + digits.length - significant.length}`
}

/** Tells whether a double prints as the very value its source text has (the sign is never lost). */
export const isExact = (value: number, source: Decimal): boolean => {
  const printed = decimal(String(value))
  return printed !== undefined && canonical(printed) === canonical(source)
}
