import * as Redacted from "effect/Redacted"
import type { Authentication } from "../Authentication.ts"
import type { OptionMistake } from "../CustomerOptionsInvalid.ts"

/** The header that an authentication sends, `[name, value]`, if any. Mistakes go to `report`. */
export const authHeader = (
  auth: Authentication,
  report: (mistake: OptionMistake) => void,
): readonly [string, string] | undefined => {
  switch (auth._tag) {
    case "None":
      return undefined
    case "Bearer":
      return ["Authorization", `Bearer ${visible(auth.token, "auth.token", report)}`]
    case "Basic":
      return ["Authorization", `Basic ${basic(auth.user, Redacted.value(auth.password), report)}`]
    case "ApiKey":
      return [auth.header, visible(auth.key, "auth.key", report)]
    default:
      report({ option: "auth._tag", actual: undefined, expected: '"None", "Bearer", "Basic" or "ApiKey"' })
      return undefined
  }
}

const visible = (secret: Redacted.Redacted, option: string, report: (mistake: OptionMistake) => void) => {
  const value = Redacted.value(secret)
  // A missing environment variable arrives as `undefined`, whatever the type says.
  if (typeof value !== "string" || !(option === "auth.key" ? words : word).test(value)) {
    report({ option, actual: undefined, expected: "visible ASCII characters, at least one" })
  }
  return value
}

const word = /^[\x21-\x7e]+$/
/** A key may be a scheme of the customer's own, `Authorization: Token 123`. */
const words = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/

/** RFC 7617, with UTF-8; normalised, as RFC 8265 asks, so that both sides have the same bytes for an umlaut. */
const basic = (user: string, password: string, report: (mistake: OptionMistake) => void) => {
  if (typeof user !== "string" || /[:\p{Cc}]/u.test(user) || !user.isWellFormed()) {
    report({
      option: "auth.user",
      actual: undefined,
      expected: "a text without colons and control characters",
    })
  }
  if (typeof password !== "string" || /\p{Cc}/u.test(password) || !password.isWellFormed()) {
    report({ option: "auth.password", actual: undefined, expected: "a text without control characters" })
  }
  return Buffer.from(`${user}:${password}`.normalize("NFC")).toString("base64")
}
