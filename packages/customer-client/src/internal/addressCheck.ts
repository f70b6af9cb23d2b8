import { isIPv4, isIPv6 } from "node:net"
import { addressClass, type AddressPolicy } from "../AddressPolicy.ts"
import { networks } from "./networks.ts"

/** Why a host must not be reached at an address, to end a sentence; `undefined` if it may. */
export type AddressCheck = (host: string, address: string) => string | undefined

/**
 * Makes the check of a policy: `check("customer.example", "10.0.0.1")` is "10.0.0.1, a private address".
 *
 * Entries of `allow` that {@link allowMistake} finds fault with allow nothing.
 */
export const addressCheck = (policy: AddressPolicy): AddressCheck => {
  const entries = (policy.allow ?? []).filter((entry) => allowMistake(entry) === undefined)
  const ranges = entries.filter(isRange)
  const names = new Set(entries.filter((entry) => !isRange(entry)).map(bareName))
  const allowed = networks(
    ranges.filter((entry) => !entry.includes(":")).map((entry) => withPrefix(entry, 32)),
    ranges.filter((entry) => entry.includes(":")).map((entry) => withPrefix(entry, 128)),
  )
  return (host, address) => {
    const found = addressClass(address)
    if (found === "public") return undefined
    const isAllowed =
      found === "private" &&
      (policy.allowPrivate === true ||
        names.has(bareName(host)) ||
        allowed.check(address, address.includes(":") ? "ipv6" : "ipv4"))
    return isAllowed ? undefined : `${address}, a ${found} address`
  }
}

/** What may stand in `allow` instead of this entry; `undefined` if nothing is wrong with it. */
export const allowMistake = (entry: string): string | undefined => {
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
