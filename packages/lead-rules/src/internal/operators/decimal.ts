const form = /^([+-]?)(\d*)(?:\.(\d*))?(?:[eE]([+-]?\d+))?$/

/** The most digits, without an exponent, of which a double holds every one. */
const exactLength = 15

/** Whether the double nearest to a number is the number, whatever it is compared with. */
export const isShort = (text: string): boolean => text.length <= exactLength && !/[eE]/.test(text)

/**
 * Compares a number as it is written with one that a document can say: negative, zero or positive.
 *
 * The document's `0.3` is three tenths and not the double nearest to it, so `0.30000000000000001` is more. Linear
 * in the text; `text` is a JSON number, or what `numberOf` takes for one.
 */
export const compareExactly = (text: string, bound: number): number => {
  // No bound: no number, not even one that is too large for a double, lies beyond it.
  if (!Number.isFinite(bound)) return -bound
  const double = Number(text)
  if (double !== bound) return double - bound
  // The nearest doubles are the same. So are the numbers, unless one has more digits than a double can tell.
  if (isShort(text)) return 0
  return compare(decimalOf(text.trim()), decimalOf(String(bound)))
}

/** Whether a number, as it is written, is whole. */
export const isWhole = (text: string): boolean => {
  const { digits, power } = decimalOf(text.trim())
  return digits.length <= power
}

/** `0.digits` times ten to the `power`; without digits it is zero. */
interface Decimal {
  readonly sign: 1 | -1
  readonly digits: string
  readonly power: number
}

const decimalOf = (text: string): Decimal => {
  const [, sign, integer = "", fraction = "", exponent = "0"] = form.exec(text) ?? []
  const all = integer + fraction
  const first = all.search(/[1-9]/)
  if (first < 0) return { sign: 1, digits: "", power: 0 }
  let end = all.length
  while (all.charCodeAt(end - 1) === 0x30) end--
  return {
    sign: sign === "-" ? -1 : 1,
    digits: all.slice(first, end),
    power: integer.length - first + Number(exponent),
  }
}

const compare = (a: Decimal, b: Decimal): number => {
  if (a.digits === "" || b.digits === "") return signOf(a) - signOf(b)
  if (a.sign !== b.sign) return a.sign
  if (a.power !== b.power) return a.power > b.power ? a.sign : -a.sign
  // Both begin with a digit other than 0 and end with one: the longer of two that begin alike is the larger.
  if (a.digits === b.digits) return 0
  return a.digits > b.digits ? a.sign : -a.sign
}

const signOf = ({ digits, sign }: Decimal): number => (digits === "" ? 0 : sign)
