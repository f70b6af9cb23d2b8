/** The text of a JSON number: its value, and how long it is in other notations. */

/** The parts of a JSON number that decide on its value and on limits. */
export interface Decimal {
  readonly integer: string
  readonly fraction: string
  readonly exponent: number
}

const numberForm = /^-?(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/

/** Splits the text of a JSON number; `undefined` for other texts (`NaN`, `Infinity`). */
export const decimalOf = (source: string): Decimal | undefined => {
  const match = numberForm.exec(source)
  return match === null
    ? undefined
    : { integer: match[1] ?? "0", fraction: match[2] ?? "", exponent: Number(match[3] ?? 0) }
}

/** The number of characters, without a sign, when all digits are written out: 402 of `1e-400`, 3 of `1.0e2`. */
export const writtenOut = ({ exponent, fraction, integer }: Decimal): number => {
  const whole = Math.max(1, integer.length + exponent)
  const decimals = Math.max(0, fraction.length - exponent)
  return whole + (decimals === 0 ? 0 : decimals + 1)
}

/** Whether a double has exactly the value of its source text. The sign is never lost, so it is not compared. */
export const isExact = (value: number, source: Decimal): boolean => {
  // A double keeps 15 digits, unless it is so small that it has fewer bits.
  if (source.integer.length + source.fraction.length <= 15 && isNormal(Math.abs(value))) return true
  const printed = decimalOf(String(value))
  return printed !== undefined && canonical(printed) === canonical(source)
}

const isNormal = (size: number): boolean => size > 1e-290 && size < 1e290

/** A canonical text of the value: significant digits and the power of ten of the last one. `1.50` and `15e-1` are equal. */
const canonical = ({ integer, fraction, exponent }: Decimal): string => {
  const digits = (integer + fraction).replace(/^0+/, "")
  const significant = withoutZeros(digits)
  return significant === ""
    ? "0"
    : `${significant}e${exponent - fraction.length + digits.length - significant.length}`
}

/** Without the zeros at the end. A pattern such as `/0+$/` takes quadratic time for runs of zeros elsewhere. */
const withoutZeros = (digits: string): string => {
  let end = digits.length
  while (digits.charCodeAt(end - 1) === 0x30) end--
  return digits.slice(0, end)
}
