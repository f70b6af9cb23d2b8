/** Finds the numbers of a JSON text that a double may not hold, without parsing the text. */

/** Whether a text may have a number that is not exact as a double, or that a double prints at greater length. */
export const mayHoldLongNumber = (text: string): boolean => hasExponent.test(text) || hasLongRun(text, 16)

const hasExponent = /\d[eE]/

/**
 * Whether a text has a run of `length` digits and points, as `/[\d.]{16}/` tests for 16, but five times as fast.
 *
 * Such a run covers one of every `length` places, so only those are examined.
 */
export const hasLongRun = (text: string, length: number): boolean => {
  for (let place = length - 1; place < text.length; place += length) {
    if (!isDigitOrPoint(text.charCodeAt(place))) continue
    let first = place
    while (isDigitOrPoint(text.charCodeAt(first - 1))) first--
    let last = place
    while (isDigitOrPoint(text.charCodeAt(last + 1))) last++
    if (last - first >= length - 1) return true
  }
  return false
}

const isDigitOrPoint = (code: number): boolean => (code >= 0x30 && code <= 0x39) || code === 0x2e

/**
 * Calls `found` for each number that has an exponent or more than 15 digits, with its place and text, in the order of
 * the text. False if some number is not followed by what may follow one: then the text is not JSON.
 *
 * Strings are skipped. What is no JSON in other ways is left to the parser.
 */
export const eachLongNumber = (text: string, found: (start: number, source: string) => void): boolean => {
  const { length } = text
  for (let at = 0; at < length; at++) {
    const code = text.charCodeAt(at)
    if (code === 0x22) at = endOfString(text, at)
    else if (code === 0x2d || isDigit(code)) {
      let end = at + 1
      let digits = code === 0x2d ? 0 : 1
      let hasExponent = false
      for (; end < length; end++) {
        const next = text.charCodeAt(end)
        if (isDigit(next)) digits++
        else if (next === 0x65 || next === 0x45) hasExponent = true
        else if (next !== 0x2e && next !== 0x2b && next !== 0x2d) break
      }
      if (hasExponent || digits > 15) {
        const source = text.slice(at, end)
        if (!numberForm.test(source)) return false
        found(at, source)
      }
      at = end - 1
    }
  }
  return true
}

const isDigit = (code: number): boolean => code >= 0x30 && code <= 0x39

const numberForm = /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/

/** The place of the quote that ends a string which starts at `start`; the length of the text where there is none. */
export const endOfString = (text: string, start: number): number => {
  let end = start
  for (;;) {
    end = text.indexOf('"', end + 1)
    if (end === -1) return text.length
    let first = end
    while (text.charCodeAt(first - 1) === 0x5c) first--
    if ((end - first) % 2 === 0) return end
  }
}
