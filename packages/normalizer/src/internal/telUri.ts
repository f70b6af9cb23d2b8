import type { CountryCode } from "libphonenumber-js/min"
import { parsePhone } from "./phoneNumber.ts"

/**
 * Reads a `tel` URI (RFC 3966). Its extension and subaddress are no part of E.164. A local number is read in its context
 * only if both together are a valid number, which RFC 3966, section 5.1.5, does not promise; one whose context is a domain
 * is a number of that domain alone.
 */
export const readTelUri = (text: string, country: CountryCode): string | undefined => {
  const [number = "", ...parameters] = text.replace(/^tel:/i, "").split(";")
  const context = parameters
    .find((parameter) => /^phone-context=/i.test(parameter))
    ?.slice("phone-context=".length)
  if (context === undefined) return parsePhone(number, country, "possible")
  if (number.startsWith("+") || !/^\+\d[\d().-]*$/.test(context)) return undefined
  return parsePhone(`${context} ${number}`, country, "valid")
}
