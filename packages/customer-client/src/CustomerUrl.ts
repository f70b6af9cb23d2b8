import { isIP, isIPv4, isIPv6 } from "node:net"
import * as Data from "effect/Data"
import * as Result from "effect/Result"
import { addressClass, type AddressPolicy, networks } from "./AddressPolicy.ts"
import { isList } from "./CustomerApi.ts"

/**
 * A customer's URL that must not be used, and why.
 *
 * `reason` is `Syntax` (not an absolute URL, or port 0), `Scheme` (neither http nor https), `Credentials` (user or
 * password in the URL instead of in `auth`) or `Address` (a literal IP address that is not allowed). The message never
 * quotes the URL, which may hold a secret; for `Address` it names the address.
 */
export class CustomerUrlInvalid extends Data.TaggedError("CustomerUrlInvalid")<{
  readonly reason: "Syntax" | "Scheme" | "Credentials" | "Address"
  readonly message: string
}> {}

/**
 * Checks a customer's URL as far as possible without the network; returns a new `URL`.
 *
 * IP addresses are normalised by the WHATWG URL standard before they are checked, so `http://2852039166/`,
 * `http://0xa9fea9fe/` and `http://0251.0376.0251.0376/` are all 169.254.169.254, and refused. A host *name* is
 * checked when it is resolved, for every new connection. The fragment is removed. An entry of `allow` that is not an
 * address, network or name allows nothing. Total: any other value is no URL. Fails with {@link CustomerUrlInvalid}.
 */
export const checkUrl = (
  url: string | URL,
  policy: AddressPolicy = {},
): Result.Result<URL, CustomerUrlInvalid> => {
  try {
    return check(url, policy)
  } catch {
    return invalid("Syntax", "the customer's URL cannot be read")
  }
}

const check = (url: unknown, policy: AddressPolicy): Result.Result<URL, CustomerUrlInvalid> => {
  const checked = typeof url === "string" || url instanceof URL ? URL.parse(String(url)) : null
  if (checked === null) return invalid("Syntax", "the customer's URL is not an absolute URL")
  if (checked.protocol !== "http:" && checked.protocol !== "https:") {
    return invalid("Scheme", "the customer's URL must begin with http:// or https://")
  }
  if (checked.username !== "" || checked.password !== "") {
    return invalid(
      "Credentials",
      "the customer's URL must not hold a user or password: they have settings of their own",
    )
  }
  if (checked.port === "0") return invalid("Syntax", "the customer's URL must not name port 0")
  const host = hostOf(checked)
  const refusal = isIP(host) === 0 ? undefined : addressCheck(policy)(host, host)
  if (refusal !== undefined) return invalid("Address", `the customer's URL leads to ${refusal}`)
  checked.hash = ""
  return Result.succeed(checked)
}

const invalid = (reason: CustomerUrlInvalid["reason"], message: string) =>
  Result.fail(new CustomerUrlInvalid({ reason, message }))

/** The host of a URL for name resolution, without brackets: "::1" of `http://[::1]/`. */
export const hostOf = (url: URL): string => url.hostname.replace(/^\[|\]$/g, "")

/** Why a host must not be reached at an address, as the end of a sentence; `undefined` if it may. */
export type AddressCheck = (host: string, address: string) => string | undefined

/**
 * Makes the check of a policy: `check("customer.example", "10.0.0.1")` is "10.0.0.1, a private address".
 *
 * Invalid entries of `allow` allow nothing.
 */
export const addressCheck = (policy: AddressPolicy): AddressCheck => {
  const { allow, allowPrivate } = readPolicy(policy)
  const entries = allow.filter(isEntry)
  const ranges = entries.filter(isRange)
  const names = new Set(entries.filter((entry) => !isRange(entry)).map(bareName))
  const allowed = networks(
    ranges.filter((entry) => !entry.includes(":")).map((entry) => withPrefix(entry, 32)),
    ranges.filter((entry) => entry.includes(":")).map((entry) => withPrefix(entry, 128)),
  )
  return (host, address) => {
    const actual = addressClass(address)
    if (actual === "public") return undefined
    const isAllowed =
      actual === "private" &&
      (allowPrivate ||
        names.has(bareName(host)) ||
        allowed.check(address, address.includes(":") ? "ipv6" : "ipv4"))
    return isAllowed ? undefined : `${address}, a ${actual} address`
  }
}

/** A policy, with nothing allowed by what is no policy or cannot be read. */
const readPolicy = (policy: AddressPolicy) => {
  try {
    const allow: unknown = policy.allow
    return { allow: isList(allow) ? [...allow] : [], allowPrivate: policy.allowPrivate === true }
  } catch {
    return { allow: [], allowPrivate: false }
  }
}

const isEntry = (entry: unknown): entry is string => expectedOfAllow(entry) === undefined

/** What is expected in `allow` instead of this entry; `undefined` if the entry is valid. */
export const expectedOfAllow = (entry: unknown): string | undefined => {
  if (typeof entry !== "string" || !isRange(entry)) {
    return typeof entry === "string" && hostName.test(entry) && !/^[\d.]*$/.test(entry)
      ? undefined
      : 'an address, a network as "10.0.0.0/8", or a host name'
  }
  const [base = ""] = entry.split("/")
  return addressClass(base) === "forbidden"
    ? "no link-local, metadata, multicast or unspecified address: they are always refused"
    : undefined
}

const isRange = (entry: string): boolean => {
  const [base = "", prefix, ...more] = entry.split("/")
  const bits = isIPv4(base) ? 32 : isIPv6(base) && !base.includes("%") ? 128 : -1
  return (
    bits > 0 &&
    more.length === 0 &&
    (prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= bits))
  )
}

const withPrefix = (entry: string, bits: number) => (entry.includes("/") ? entry : `${entry}/${bits}`)

const hostName = /^(?=.{1,253}$)[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?(\.[a-z0-9_]([a-z0-9_-]*[a-z0-9_])?)*\.?$/i

const bareName = (name: string) => name.toLowerCase().replace(/\.$/, "")
