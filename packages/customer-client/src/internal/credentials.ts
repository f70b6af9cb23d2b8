import { createHmac } from "node:crypto"
import * as Redacted from "effect/Redacted"
import { type Authentication, isList, type OptionDiagnostic } from "../CustomerApi.ts"

/** The header of an authentication, `[name, value]`, if any. */
export const authHeader = (
  auth: Authentication,
  report: (diagnostic: OptionDiagnostic) => void,
): readonly [string, string] | undefined => {
  switch (auth._tag) {
    case "None":
      return undefined
    case "Bearer":
      return ["Authorization", `Bearer ${visible(auth.token, "auth.token", report)}`]
    case "Basic":
      return ["Authorization", `Basic ${basic(auth.user, secretOf(auth.password), report)}`]
    case "ApiKey":
      return [auth.header, visible(auth.key, "auth.key", report)]
    default:
      report({ path: "auth._tag", actual: undefined, expected: '"None", "Bearer", "Basic" or "ApiKey"' })
      return undefined
  }
}

/** The text of a secret. `undefined` for any other value: a missing environment variable, or a text that is not redacted. */
const secretOf = (secret: unknown): string | undefined => {
  try {
    const value = Redacted.isRedacted(secret) ? Redacted.value(secret) : undefined
    return typeof value === "string" ? value : undefined
  } catch {
    return undefined // wiped
  }
}

const visible = (secret: unknown, path: string, report: (diagnostic: OptionDiagnostic) => void) => {
  const value = secretOf(secret)
  if (value === undefined || !(path === "auth.key" ? tokens : token).test(value)) {
    report({ path, actual: undefined, expected: "visible ASCII characters, at least one" })
  }
  return value ?? ""
}

const token = /^[\x21-\x7e]+$/
/** A key may have a scheme in front of it, as in `Authorization: Token 123`. */
const tokens = /^[\x21-\x7e]+( [\x21-\x7e]+)*$/

/** RFC 7617 with UTF-8, normalised to NFC (RFC 8265), so that both sides have the same bytes for an umlaut. */
const basic = (
  user: unknown,
  password: string | undefined,
  report: (diagnostic: OptionDiagnostic) => void,
) => {
  if (typeof user !== "string" || /[:\p{Cc}]/u.test(user) || !user.isWellFormed()) {
    report({
      path: "auth.user",
      actual: undefined,
      expected: "a text without colons and control characters",
    })
  }
  if (password === undefined || /\p{Cc}/u.test(password) || !password.isWellFormed()) {
    report({ path: "auth.password", actual: undefined, expected: "a text without control characters" })
  }
  return Buffer.from(`${typeof user === "string" ? user : ""}:${password}`.normalize("NFC")).toString(
    "base64",
  )
}

/** The keys of signing secrets. Reports the secrets that are not valid. */
export const signingKeys = (
  secrets: ReadonlyArray<Redacted.Redacted> | undefined,
  report: (diagnostic: OptionDiagnostic) => void,
): ReadonlyArray<Buffer> => {
  if (secrets !== undefined && !isList(secrets)) {
    report({ path: "signingSecrets", actual: undefined, expected: "a list of secrets" })
    return []
  }
  if (secrets?.length === 0) {
    report({ path: "signingSecrets", actual: "an empty list", expected: "at least one, or no such option" })
  }
  return (secrets ?? []).flatMap((secret, index) => {
    const key = signingKey(secretOf(secret) ?? "")
    if (key !== undefined) return [key]
    const expected = "whsec_ and 24 to 64 bytes in base64"
    report({ path: `signingSecrets.${index}`, actual: undefined, expected })
    return []
  })
}

/** The key of a Standard Webhooks secret, `whsec_` and base64 of 24 to 64 bytes; `undefined` if the secret is not valid. */
const signingKey = (secret: string): Buffer | undefined => {
  const [, base64] = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(secret) ?? []
  if (base64 === undefined) return undefined
  const key = Buffer.from(base64, "base64")
  // Node ignores invalid characters, so the text was base64 only if encoding the key again gives the same.
  return key.toString("base64") === base64 && key.length >= 24 && key.length <= 64 ? key : undefined
}

/**
 * The headers of Standard Webhooks 1.0, names and values in turn: identifier, time in seconds, and for each key a
 * signature of `<id>.<timestamp>.<body>`.
 */
export const signatureHeaders = (
  keys: ReadonlyArray<Buffer>,
  message: { readonly id: string; readonly timeMs: number; readonly body: string },
): ReadonlyArray<string> => {
  const timestamp = String(Math.floor(message.timeMs / 1000))
  const signed = `${message.id}.${timestamp}.`
  const signatures = keys.map(
    (key) => `v1,${createHmac("sha256", key).update(signed).update(message.body).digest("base64")}`,
  )
  const identity = ["webhook-id", message.id, "webhook-timestamp", timestamp]
  return [...identity, "webhook-signature", signatures.join(" ")]
}
