/**
 * The kinds of the customer's settings. What is valid is decided by the customer client, whose check of one option each of
 * these uses.
 */
import { checkClientOptions, type CustomerClientOptions } from "@lead-gateway/customer-client"
import { Redacted, Result } from "effect"
import * as Kind from "./Kind.ts"

/** How deliveries authenticate; an API key is sent in the header that `api_key:` names. */
export type AuthScheme =
  | { readonly scheme: "bearer" | "basic" | "none" }
  | { readonly scheme: "api_key"; readonly header: string }

/** What the client expects instead of one option, without what it says of others. */
const expectedBy = (options: Partial<CustomerClientOptions>, path: string): string | undefined => {
  const checked = checkClientOptions({ url: "https://customer.invalid/", timeout: 1000, ...options })
  return Result.isFailure(checked)
    ? checked.failure.diagnostics.find((one) => one.path === path || one.path.startsWith(`${path}.`))
        ?.expected
    : undefined
}

/** `bearer`, `basic`, `none`, or `api_key:` and the name of a header. */
export const authScheme: Kind.Kind<AuthScheme> = Kind.make(
  "bearer, basic, none, or api_key: and the name of a header, such as api_key:X-API-Key",
  "bearer",
  (text) => {
    const scheme = (["bearer", "basic", "none"] as const).find((one) => one === text.toLowerCase())
    if (scheme !== undefined) return { scheme }
    const [, header] = /^api_key:\s*(\S+)$/i.exec(text) ?? []
    const key = Redacted.make("key")
    return header !== undefined &&
      expectedBy({ auth: { _tag: "ApiKey", header, key } }, "auth.header") === undefined
      ? { scheme: "api_key", header }
      : undefined
  },
  (value) => (value.scheme === "api_key" ? `api_key:${value.header}` : value.scheme),
)

/** The user of basic authentication. */
export const user: Kind.Kind<string> = Kind.make(
  "a text without colons and control characters",
  "lead-gateway",
  (text) =>
    expectedBy({ auth: { _tag: "Basic", user: text, password: Redacted.make("") } }, "auth.user") ===
    undefined
      ? text
      : undefined,
  (value) => value,
)

/** The password of basic authentication; white space is part of it. */
export const password: Kind.Kind<Redacted.Redacted> = Kind.makeSecret(
  "a text without control characters",
  "change-me",
  (text) => {
    const secret = Redacted.make(text)
    return expectedBy({ auth: { _tag: "Basic", user: "", password: secret } }, "auth.password") === undefined
      ? secret
      : undefined
  },
)

/** A header a line, `X-Tenant: solar`. Their values are not printed, because some of them are secrets after all. */
export const headers: Kind.Kind<Readonly<Record<string, string>>> = Kind.makeSecret(
  "a header a line, each of visible ASCII, such as X-Tenant: solar; none of the connection, none that another setting sets",
  "X-Tenant: solar",
  (text) => {
    const found = new Map<string, string>()
    for (const line of text.split(/\r?\n/).filter((line) => line.trim() !== "")) {
      const [, name, value = ""] = /^\s*([^\s:]+)\s*:(.*)$/.exec(line) ?? []
      if (name === undefined || found.has(name)) return undefined
      found.set(name, value.trim())
    }
    const headers = Object.fromEntries(found)
    return expectedBy({ headers }, "headers") === undefined ? headers : undefined
  },
  (value) => Object.keys(value).join(", "),
)

/** Secrets of Standard Webhooks, separated by commas, so that a new one can be added before the old one is removed. */
export const signingSecrets = Kind.makeSecret<ReadonlyArray<Redacted.Redacted>>(
  "one secret or several separated by commas, each of them whsec_ and 24 to 64 bytes in base64",
  "whsec_Y2hhbmdlLW1lLWNoYW5nZS1tZS1jaGFuZ2UtbWU=",
  (text) => {
    const signingSecrets = listed(text).map((secret) => Redacted.make(secret))
    return expectedBy({ signingSecrets }, "signingSecrets") === undefined ? signingSecrets : undefined
  },
)

/** Addresses, networks and host names, separated by commas. */
export const addresses: Kind.Kind<ReadonlyArray<string>> = Kind.make(
  "addresses, networks such as 10.0.0.0/8 and host names, separated by commas; none that is link-local or of cloud metadata",
  "10.1.2.0/24,customer.internal",
  (text) => {
    const allow = listed(text)
    return allow.length > 0 && expectedBy({ allow }, "allow") === undefined ? allow : undefined
  },
  (value) => value.join(","),
)

const listed = (text: string): ReadonlyArray<string> =>
  text
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "")
